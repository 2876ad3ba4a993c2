/**
 * From exec to the first GET /next, in milliseconds. The clock starts before `spawn`, so fork and exec count for
 * every contender alike; pages are warm. For `node -e 0`, which asks for nothing, it stops when the process is
 * gone. As that includes the end of the process, a second reference asks for /next like the others do, with the
 * least code that can: node:net in a script given by -e.
 */
import type { ChildProcess } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { end, failure, NODE, start } from '../children.ts';
import { buildSample } from '../executables.ts';
import { lambdaEnv } from '../lambda-env.ts';
import { findRic } from '../peers.ts';
import { type Contender, interleave } from '../rounds.ts';
import type { Goal } from '../stats.ts';
import { type Bench, BenchError, type Row, type RunOptions, type Series } from '../types.ts';

const WHAT = 'exec to /next';
const NEXT = 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n';
const LIMIT_MS = 10_000;
const BARE_GOAL: Goal = { kind: 'at most', ratio: 1.3 };
const RIC_GOAL: Goal = { kind: 'below', ratio: 1 };

/** Asks for /next and goes on waiting, with nothing but node:net. */
const BARE_CLIENT = `const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
require('node:net').connect(port, host).write(${JSON.stringify(`${NEXT}Host: x\r\n\r\n`)});`;

export const startBench: Bench = {
  name: 'start',
  about: 'exec to the first GET /next, against bare node -e 0 and aws-lambda-ric',
  async run(options) {
    const app = await buildSample(options);
    const ric = await findRic(options.progress);
    const listener = new NextListener();
    await listener.listen();
    try {
      const { address } = listener;
      const contenders = [
        spawned('amphi executable', listener, () => start(app, [], { env: lambdaEnv(address, 'http') })),
        untilExit('node -e 0', () => start(NODE, ['-e', '0'])),
        spawned('node -e net client', listener, () =>
          start(NODE, ['-e', BARE_CLIENT], { env: lambdaEnv(address, '') }),
        ),
      ];
      if ('found' in ric) {
        const env = lambdaEnv(address, 'index.handler');
        contenders.push(
          spawned('aws-lambda-ric', listener, () => start(NODE, [ric.found, 'index.handler'], { env })),
        );
      }
      return rowsOf(await measure(contenders, options), 'missing' in ric ? ric.missing : undefined);
    } finally {
      await listener.close();
    }
  },
};

function measure(contenders: Contender[], { quick, progress }: RunOptions): Promise<Series[]> {
  return interleave(contenders, quick ? 10 : 40, quick ? 2 : 5, progress);
}

function rowsOf([ours, bare, client, ric]: Series[], noRic: string | undefined): Row[] {
  const compare = (peer: Series, goal?: Goal): Row => ({
    kind: 'comparison',
    bench: 'start',
    what: WHAT,
    unit: 'ms',
    ours: ours!,
    peer,
    goal,
  });
  const last: Row = ric
    ? compare(ric, RIC_GOAL)
    : { kind: 'skipped', bench: 'start', what: WHAT, peer: 'aws-lambda-ric', reason: noRic! };
  return [compare(bare!, BARE_GOAL), compare(client!), last];
}

function spawned(name: string, listener: NextListener, spawn: () => ChildProcess): Contender {
  return {
    name,
    async sample() {
      const asked = listener.next();
      const begin = performance.now();
      const child = spawn();
      try {
        const at = await within(name, Promise.race([asked, failure(child).then(raise)]));
        return at - begin;
      } finally {
        await end(child);
      }
    },
  };
}

function untilExit(name: string, spawn: () => ChildProcess): Contender {
  return {
    name,
    async sample() {
      const begin = performance.now();
      const child = spawn();
      const gone = new Promise<number>((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', (code) => {
          if (code === 0) resolve(performance.now());
          else reject(new BenchError(`${name} ended with ${code}`));
        });
      });
      try {
        return (await within(name, gone)) - begin;
      } finally {
        await end(child);
      }
    },
  };
}

function raise(error: Error): never {
  throw error;
}

async function within<T>(name: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BenchError(`${name}: nothing within ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Tells when the first byte of a request came; answers nothing. */
class NextListener {
  #asked: ((at: number) => void) | undefined;
  readonly #server: Server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (piece) => {
      const at = performance.now();
      if (piece.toString('latin1').startsWith(NEXT)) this.#asked?.(at);
      else socket.destroy(new BenchError('something else than GET /next was sent'));
    });
  });

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => resolve());
    });
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves with the time, on performance's clock, of the next first byte. */
  next(): Promise<number> {
    return new Promise((resolve) => {
      this.#asked = resolve;
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
