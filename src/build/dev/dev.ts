import { dirname, relative, resolve } from 'node:path';
import { styleText } from 'node:util';
import { errorPage } from './error-page.ts';
import { Front } from './front.ts';
import { Generation, type Program } from './generation.ts';
import { type Inventory, inventoryOf } from './inventory.ts';
import { makeQueues } from './queues.ts';
import { runSchedules, type Schedules } from './schedules.ts';
import { watchFiles } from './watch.ts';

export interface DevOptions {
  /** Main module, absolute. */
  readonly entry: string;
  readonly port: number;
  readonly host: string;
  /** Files and folders whose changes start the service again, beside the folder of the main module. */
  readonly watch: readonly string[];
  /** Port of the debugger; default none. */
  readonly inspect?: number | undefined;
  /** Whether schedules run by their expressions. */
  readonly schedules: boolean;
  /** Endpoint of a stand-in for SQS, whose queues are worked off. */
  readonly queues?: string | undefined;
  /** File of NAME=value lines. */
  readonly envFile?: string | undefined;
  /** Further flags of `httpServer`. */
  readonly args: readonly string[];
}

/** Serves from the sources until a signal, and starts the service again when a file changes. @returns the exit code */
export async function runDev(options: DevOptions): Promise<number> {
  const dev = new Dev(options);
  const stop = await dev.start();
  const ended = new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => done());
  });
  await ended;
  await stop();
  return 0;
}

class Dev {
  readonly #options: DevOptions;
  readonly #front = new Front();
  #server: Generation | undefined;
  #worker: Generation | undefined;
  #schedules: Schedules | undefined;
  #port = 0;
  /** Counts changes: what was begun for an earlier one is given up. */
  #version = 0;

  constructor(options: DevOptions) {
    this.#options = options;
  }

  /** @returns how to stop. @throws ConfigError when it cannot listen */
  async start(): Promise<() => Promise<void>> {
    const { port, host, entry, watch } = this.#options;
    this.#port = await this.#front.listen(port, host);
    const unwatch = await watchFiles([dirname(entry), ...watch], (path) => void this.#restart(path));
    void this.#restart();
    return async () => {
      this.#version++;
      await unwatch();
      this.#front.close();
      this.#schedules?.stop();
      const running = [this.#server, this.#worker].filter((generation) => generation !== undefined);
      for (const generation of running) generation.retire();
      await Promise.all(running.map(({ ended }) => ended));
    };
  }

  get #url(): string {
    const { host } = this.#options;
    const reachable = host === '0.0.0.0' ? '127.0.0.1' : host;
    return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${this.#port}`;
  }

  /** @param changed the file */
  async #restart(changed?: string): Promise<void> {
    const version = ++this.#version;
    const begun = performance.now();
    this.#front.to(undefined);
    await this.#retire();
    if (version !== this.#version) return;
    const server = new Generation(
      this.#program('httpServer', '--port', String(this.#port), ...this.#serverFlags),
    );
    this.#server = server;
    const ready = await server.ready;
    if (version !== this.#version) return;
    void server.ended.then((code) => this.#ended(server, code, ready));
    if (!ready) return;
    this.#front.to(server.take);
    const ms = Math.round(performance.now() - begun);
    if (changed === undefined) say(`${this.#url}, started in ${ms} ms; a change of a file starts it again`);
    else say(`${relative('.', changed)} changed: started again in ${ms} ms`);
    await this.#startRest(version);
  }

  get #serverFlags(): readonly string[] {
    const { host, args } = this.#options;
    return ['--host', host, ...args];
  }

  /** One that starts is given up; one that serves ends its requests while the next one starts already. */
  async #retire(): Promise<void> {
    this.#schedules?.stop();
    this.#schedules = undefined;
    this.#server?.retire();
    this.#worker?.retire();
    // A debugger's port can be taken once.
    if (this.#options.inspect !== undefined) await this.#server?.ended;
  }

  #ended(server: Generation, code: number, wasReady: boolean): void {
    if (server.retired || server !== this.#server) return;
    say(`the service ${wasReady ? 'ended' : 'did not start'} (${code}): waiting for a change of a file`);
    this.#schedules?.stop();
    // What speaks TLS cannot be answered from here.
    const secure = this.#options.args.some((arg) => arg.startsWith('--tlsCert'));
    this.#front.to(secure ? (socket) => socket.destroy() : errorPage(server.told));
  }

  async #startRest(version: number): Promise<void> {
    const { schedules, queues } = this.#options;
    if (!schedules && queues === undefined) return;
    try {
      const inventory = await inventoryOf(this.#program('describe', '--format', 'json'));
      if (version !== this.#version) return;
      if (schedules) this.#schedules = runSchedules(inventory.functions, this.#url, say);
      if (schedules) say(`${this.#schedules!.count} schedules`);
      if (queues !== undefined) await this.#startWorker(inventory, queues, version);
    } catch (error) {
      say((error as Error).message);
    }
  }

  async #startWorker(inventory: Inventory, endpoint: string, version: number): Promise<void> {
    const queues = Object.entries(await makeQueues(inventory, endpoint));
    if (version !== this.#version) return;
    if (queues.length === 0) return say('no handler reads a queue');
    for (const [handler, arn] of queues) say(`queue of ${handler}: ${arn}`);
    const flags = queues.flatMap(([handler, arn]) => ['--queue', `${handler}=${arn}`]);
    const program = this.#program(
      'worker',
      '--endpointUrl',
      endpoint,
      '--healthPort',
      '0',
      '--waitTime',
      '1',
      ...flags,
    );
    const env = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      ...program.env,
    };
    const worker = new Generation({ ...program, env });
    this.#worker = worker;
    const code = await worker.ended;
    if (!worker.retired) say(`the worker ended (${code}): waiting for a change of a file`);
  }

  #program(command: string, ...flags: readonly string[]): Program {
    const { entry, inspect, envFile } = this.#options;
    const serves = command === 'httpServer';
    const own = serves || command === 'worker';
    const node = [
      // Of `amphi dev` itself: conditions, loaders.
      ...process.execArgv,
      '--enable-source-maps',
      ...(inspect !== undefined && serves ? [`--inspect=${inspect}`] : []),
      ...(envFile === undefined ? [] : [`--env-file=${envFile}`]),
    ];
    return {
      args: [...node, entry, command, ...flags],
      env: { ...this.#environment(), ...(own && { AMPHI_DEV: '1' }) },
    };
  }

  /** Compiled code is kept, which halves a start. */
  #environment(): NodeJS.ProcessEnv {
    const colour = process.stderr.isTTY && process.env.NO_COLOR === undefined ? { FORCE_COLOR: '1' } : {};
    return { NODE_COMPILE_CACHE: resolve('node_modules', '.cache', 'amphi'), ...colour, ...process.env };
  }
}

function say(line: string): void {
  process.stderr.write(`${styleText('cyan', 'amphi dev:', { stream: process.stderr })} ${line}\n`);
}
