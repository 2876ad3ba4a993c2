import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../../src/cli/run.ts';
import { createRegistry } from '../../../src/core/index.ts';

/** A service whose functions misbehave in every way that an emulator must survive. */
const registry = createRegistry({ name: 'unruly' });

registry.get('/greet/:name', (request) => `hello ${request.params.name}`);
registry.get('/hang', () => sleep(60_000));
registry.get('/pieces', () => pieces({ pieces: ['one', 'two'] }));
registry.get('/breaks', () => pieces({ pieces: ['begun'], ms: 50, end: 'fail' }));

registry.function('echo', (event) => event);
registry.function('call', { invokes: ['echo', 'fail', 'act'] }, async (event: Call, context) => {
  const { name, payload, wait = true } = event;
  try {
    return await context.invoke(name, payload, { wait });
  } catch (error) {
    return { caught: (error as Error).name, message: (error as Error).message };
  }
});

interface Call {
  readonly name: string;
  readonly payload: unknown;
  readonly wait?: boolean;
}

registry.function('where', (_event, context) => ({
  pid: process.pid,
  requestId: context.requestId,
  remaining: context.getRemainingTimeInMillis(),
  traceId: context.traceId ?? null,
  lambda: context.lambda,
  env: process.env,
}));
registry.function('fail', () => {
  throw new RangeError('no good');
});
registry.function('size', (event: { bytes: number }) => 'x'.repeat(event.bytes));
registry.function('log', (event: { lines: number }) => {
  for (let line = 0; line < event.lines; line += 1) console.log(`line ${line} é`);
  process.stderr.write('no line end');
});
registry.function('stream', (event: Pieces) => pieces(event));
registry.function('spawn', () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
  return { pid: process.pid, grandchild: child.pid };
});

let active = 0;
registry.function('act', async (event: Act) => {
  active += 1;
  const seen = active;
  if (event.file) appendFileSync(event.file, `${event.id ?? process.pid}\n`);
  try {
    await ACTS[event.how ?? 'sleep']!(event.ms ?? 0);
  } finally {
    active -= 1;
  }
  return { id: event.id ?? null, active: seen, pid: process.pid };
});

/** What `act` does once it has told the file, and how many ran beside it. */
interface Act {
  readonly how?: string;
  readonly ms?: number;
  readonly id?: string;
  readonly file?: string;
}

const ACTS: Record<string, (ms: number) => unknown> = {
  sleep: (ms) => sleep(ms),
  /** Blocks: no timer of this process can stop it, and then it succeeds. */
  spin: (ms) => {
    for (const end = Date.now() + ms; Date.now() < end; );
  },
  exit: (code) => exitNow(code),
  'exit-hook': (code) => process.exit(code),
  abort: () => process.kill(process.pid, 'SIGKILL'),
  throw: () => {
    throw new TypeError('thrown');
  },
  rejection: async () => {
    void Promise.reject(new EvalError('nobody caught me'));
    await sleep(5000);
  },
  'exit-later': (ms) => void setTimeout(() => exitNow(0), ms),
};

interface Pieces {
  readonly pieces: readonly string[];
  /** Each piece is this many times itself. */
  readonly repeat?: number;
  readonly ms?: number;
  readonly end?: 'fail' | 'exit';
}

async function* pieces({ pieces, repeat = 1, ms = 5, end }: Pieces) {
  for (const piece of pieces) {
    yield piece.repeat(repeat);
    await sleep(ms);
  }
  if (end === 'exit') exitNow(1);
  if (end === 'fail') throw new RangeError('broken in the middle é');
}

/** Past every exit hook: what a native crash looks like. */
function exitNow(code: number): never {
  return (process as unknown as { reallyExit(code: number): never }).reallyExit(code);
}

async function load() {
  const { FIXTURE_INIT } = process.env;
  if (FIXTURE_INIT && process.env.AWS_LAMBDA_RUNTIME_API) {
    console.log(`init ${FIXTURE_INIT}`);
    if (FIXTURE_INIT === 'throw') throw new SyntaxError('cannot load');
    if (FIXTURE_INIT === 'exit') exitNow(7);
    if (FIXTURE_INIT === 'hang') await sleep(60_000);
  }
  return { registry };
}

void run(load);
