/** What is started, and how long that takes. */
import type { ChildProcess } from 'node:child_process';
import { end, failure, firstLine, start } from '../children.ts';
import { urlIn } from '../http-server.ts';
import { lambdaEnv, RIC_ROOT } from '../lambda-env.ts';
import { RIC_ADDON } from '../peers.ts';
import { SqsStandIn } from '../sqs-stand-in.ts';
import { BenchError } from '../types.ts';
import type { Worker } from '../workers.ts';
import { NEXT, type StartListener } from './listener.ts';

const LIMIT_MS = 20_000;

/** Asks for /next and goes on waiting, with nothing but node:net. */
const BARE_CLIENT = `const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
require('node:net').connect(port, host).write(${JSON.stringify(`${NEXT}Host: x\r\n\r\n`)});`;

const HTTP_EVENT = {
  version: '2.0',
  routeKey: '$default',
  rawPath: '/',
  rawQueryString: '',
  headers: { host: 'api1.execute-api.us-east-1.amazonaws.com' },
  requestContext: {
    http: { method: 'GET', path: '/', protocol: 'HTTP/1.1', sourceIp: '203.0.113.9', userAgent: 'bench' },
    requestId: 'JKJaXmPLvHcESHA=',
    stage: '$default',
    timeEpoch: 1_700_000_000_000,
  },
  isBase64Encoded: false,
};

/** A process that asks the Runtime API for an event. */
export interface Runtime {
  readonly name: string;
  readonly event: unknown;
  /** Whether it answers the event. */
  readonly answers: boolean;
  /** Files that it reads at its start. */
  readonly files: readonly string[];
  spawn(address: string): ChildProcess;
}

export const amphi = (app: string, name = 'amphi executable'): Runtime => ({
  name,
  event: HTTP_EVENT,
  answers: true,
  files: [app],
  spawn: (address) => start(app, [], { env: lambdaEnv(address, 'http') }),
});

/** @param node the Node.js to run it by */
export const netClient = (node: string): Runtime => ({
  name: 'node -e net client',
  event: {},
  answers: false,
  files: [node],
  spawn: (address) => start(node, ['-e', BARE_CLIENT], { env: lambdaEnv(address, '') }),
});

/**
 * A function, not a route: it has less to do for its answer than the executable.
 * @param root the folder of the function `index.handler`
 */
export const ric = (main: string, node: string, root = RIC_ROOT, name = 'aws-lambda-ric'): Runtime => ({
  name,
  event: root === RIC_ROOT ? { name: 'Ada' } : {},
  answers: true,
  files: [node, main, RIC_ADDON],
  spawn: (address) =>
    start(node, [main, 'index.handler'], {
      env: { ...lambdaEnv(address, 'index.handler'), LAMBDA_TASK_ROOT: root },
    }),
});

/** Milliseconds since before the process was spawned. */
export interface StartTimes {
  readonly next: number;
  /** `undefined` for a runtime that does not answer. */
  readonly answer: number | undefined;
}

/** @param atNext called when /next was asked for, the process still there */
export async function startTimes(
  runtime: Runtime,
  listener: StartListener,
  atNext: (child: ChildProcess) => void = () => {},
): Promise<StartTimes> {
  const { asked, answered } = listener.expect(runtime.event);
  const begin = performance.now();
  const child = runtime.spawn(listener.address);
  const gone = failure(child).then((error): never => {
    throw error;
  });
  gone.catch(() => {});
  try {
    const next = (await within(runtime.name, Promise.race([asked, gone]))) - begin;
    atNext(child);
    if (!runtime.answers) return { next, answer: undefined };
    return { next, answer: (await within(runtime.name, Promise.race([answered, gone]))) - begin };
  } finally {
    await end(child);
  }
}

/** Until the process has ended by itself. */
export async function exitTime(name: string, spawn: () => ChildProcess): Promise<number> {
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
}

/** Until a server says that it listens. */
export async function readyTime(name: string, file: string, args: readonly string[]): Promise<number> {
  const begin = performance.now();
  const child = start(file, args, { stdout: 'pipe' });
  try {
    await within(name, firstLine(child, urlIn));
    return performance.now() - begin;
  } finally {
    await end(child);
  }
}

/** Until a worker asks its queue for messages. */
export async function pollTime(worker: Worker): Promise<number> {
  const sqs = new SqsStandIn();
  await sqs.listen();
  const { endpoint } = sqs;
  const place = {
    queueArn: sqs.queue('work').arn,
    queueUrl: `${endpoint}/000000000000/work`,
    endpoint,
    log: '',
  };
  const polled = new Promise<number>((resolve) => {
    sqs.fault = (action) => void (action === 'ReceiveMessage' && resolve(performance.now()));
  });
  const begin = performance.now();
  const child = worker.start(place, {}, 60);
  try {
    return (await within(worker.name, polled)) - begin;
  } finally {
    await end(child);
    await sqs.close();
  }
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
