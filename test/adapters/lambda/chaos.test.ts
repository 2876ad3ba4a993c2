import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { startLambda } from '../../support/lambda-process.ts';
import { invocationReply, type RawRequest, startRawApi, statusReply } from '../../support/raw-runtime-api.ts';

/** A small generator with a seed, so that a failure can be seen again. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What may happen to an answer that came whole. 5xx is not among them: it ends the process. */
const FATES = ['accept', 'accept', 'accept', 'late', 'trickle', 'drop', 'reset', '413', '400'] as const;

async function befall(fate: (typeof FATES)[number], socket: Socket): Promise<void> {
  if (fate === 'late') await sleep(15);
  if (fate === 'drop') return void socket.destroy();
  if (fate === 'reset') return void socket.resetAndDestroy();
  const text = statusReply(fate === '413' || fate === '400' ? Number(fate) : 202);
  if (fate !== 'trickle') return void socket.write(text);
  for (const char of text) {
    socket.write(char);
    await new Promise(setImmediate);
  }
}

const COUNT = 120;

/** Hands out COUNT events whatever happens to their answers; drops some polls that have got nothing yet. */
class Chaos {
  readonly random: () => number;
  readonly queue = Array.from({ length: COUNT }, (_, n) => n);
  readonly answers: RawRequest[] = [];
  readonly fates = new Set<string>();
  readonly #dropsPolls: boolean;

  constructor(seed: number, dropsPolls: boolean) {
    this.random = randomOf(seed);
    this.#dropsPolls = dropsPolls;
  }

  serve = (request: RawRequest, socket: Socket): void | Promise<void> => {
    if (request.call !== 'next') {
      this.answers.push(request);
      const fate = FATES[Math.floor(this.random() * FATES.length)]!;
      this.fates.add(fate);
      return befall(fate, socket);
    }
    if (this.#dropsPolls && this.random() < 0.1) {
      this.fates.add('poll dropped');
      socket.destroy();
      return;
    }
    const n = this.queue.shift();
    // Every seventh event fails, so that /error has its share.
    if (n !== undefined) socket.write(invocationReply(`id-${n}`, { n }));
  };
}

const NUMBERS = Array.from({ length: COUNT }, (_, n) => n);

for (const [concurrency, seed] of [
  [1, 7],
  [1, 20_261],
  [4, 99],
  [4, 4242],
] as const) {
  t.test(
    `${COUNT} invocations, ${concurrency} at a time, seed ${seed}: each answered exactly once`,
    async (t) => {
      const chaos = new Chaos(seed, concurrency > 1);
      const api = await startRawApi(chaos);
      const env = { AWS_LAMBDA_MAX_CONCURRENCY: String(concurrency) };
      const lambda = startLambda(api, { handler: 'sevenths', env });
      for (const end = Date.now() + 30_000; chaos.answers.length < COUNT && Date.now() < end; )
        await sleep(10);
      await sleep(200);
      lambda.child.kill('SIGTERM');
      t.equal(await lambda.exited, 0);
      const told = chaos.answers.map(({ requestId }) => requestId).sort();
      t.strictSame(told, NUMBERS.map((n) => `id-${n}`).sort(), 'none lost, none told twice');
      for (const { requestId, call, body } of chaos.answers) {
        const n = Number(requestId!.slice('id-'.length));
        if (n % 7 === 0) t.match([call, JSON.parse(body)], ['error', { errorMessage: `seventh ${n}` }]);
        else t.strictSame([call, JSON.parse(body)], ['response', { n }], 'its own result');
      }
      const expected = [...new Set(FATES), ...(concurrency > 1 ? ['poll dropped'] : [])].sort();
      t.strictSame([...chaos.fates].sort(), expected, 'everything did happen');
      await api.close();
    },
  );
}
