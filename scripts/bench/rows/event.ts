/**
 * API Gateway v2 events per second through the registry, against @fastify/aws-lambda and Hono's Lambda handler:
 * in process, without any runtime loop. Each is run from its modules as they are, none bundled. Every sample has a
 * process of its own, warmed up before.
 */
import { join } from 'node:path';
import { NODE, runTool } from '../children.ts';
import { type Contender, interleave } from '../rounds.ts';
import type { Goal } from '../stats.ts';
import { type Bench, BenchError, type Row, type RunOptions } from '../types.ts';

const WHAT = 'API Gateway v2 event';
const WORKER = join(import.meta.dirname, '..', 'services', 'event-worker.ts');
const PEERS: Readonly<Record<string, { name: string; goal: Goal }>> = {
  'fastify-lambda': { name: '@fastify/aws-lambda', goal: { kind: 'at least', ratio: 5 } },
  hono: { name: 'hono/aws-lambda', goal: { kind: 'above', ratio: 1 } },
};

export const eventBench: Bench = {
  name: 'event',
  about: 'API Gateway v2 events a second, every feature in, against @fastify/aws-lambda and hono',
  async run(options) {
    await assertSameResults();
    const contenders = ['amphi', ...Object.keys(PEERS)].map((name) => contender(name, options));
    const [ours, ...others] = await interleave(contenders, options.quick ? 3 : 10, 0, options.progress);
    const each = Object.values(PEERS);
    return others.map(
      ({ samples }, at): Row => ({
        kind: 'comparison',
        bench: 'event',
        what: WHAT,
        unit: 'events/s',
        ours: ours!,
        peer: { name: each[at]!.name, samples },
        goal: each[at]!.goal,
      }),
    );
  },
};

function contender(name: string, { quick }: RunOptions): Contender {
  const [warmupMs, measuredMs] = quick ? [1000, 1000] : [2000, 4000];
  return { name, sample: async () => (await work(name, warmupMs!, measuredMs!)).rate };
}

interface Done {
  readonly rate: number;
  readonly result: Record<string, unknown>;
  readonly log: string;
}

async function work(name: string, warmupMs: number, measuredMs: number): Promise<Done> {
  const args = [WORKER, name, String(warmupMs), String(measuredMs)];
  const text = await runTool(NODE, args, { env: {}, timeoutMs: warmupMs + measuredMs + 30_000 });
  return JSON.parse(text) as Done;
}

/** Frameworks that answer or log differently are not doing the same work. */
async function assertSameResults(): Promise<void> {
  const views = [];
  for (const name of ['amphi', ...Object.keys(PEERS)]) {
    views.push([name, JSON.stringify(viewOf(await work(name, 0, 0)))]);
  }
  const [[, ours] = [], ...others] = views;
  for (const [name, view] of others) {
    if (view !== ours) throw new BenchError(`${name} gives another result:\n${view}\nthan amphi:\n${ours}`);
  }
}

/** What a client gets and the log shows, less what each may choose, such as further headers. */
function viewOf({ result, log }: Done) {
  const { statusCode, body, isBase64Encoded, cookies } = result;
  const headers = result.headers as Record<string, string>;
  const line = JSON.parse(log) as Record<string, unknown>;
  return {
    statusCode,
    body,
    base64: isBase64Encoded === true,
    cookies,
    type: headers['content-type']?.split(';')[0],
    shop: headers['x-shop'],
    logged: [line.shop, line.requestId ?? line.reqId, line.message ?? line.msg],
  };
}
