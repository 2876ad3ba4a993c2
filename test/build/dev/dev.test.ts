/** `amphi dev` as it is used: one process, files that change below it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { SqsStandIn } from '../../../scripts/bench/sqs-stand-in.ts';
import { nodeCommand } from '../../support/node.ts';
import { runCommand } from '../../support/run-app.ts';

const AMPHI = join(import.meta.dirname, '..', '..', '..', 'src', 'build', 'amphi.ts');

const REGISTRY = `import { createRegistry } from 'amphi';
import { schedule } from 'amphi/events';
export const registry = createRegistry({ name: 'shop' });
registry.get('/', (request) => 'one ' + request.clientIp);
registry.get('/slow', async () => {
  await new Promise((resolve) => setTimeout(resolve, 600));
  return 'slow one';
});
registry.function('pack', { runOn: 'instances' }, (event) => console.log('packed', event));
registry.event('nightly', schedule({ expression: 'cron(0 3 * * ? *)' }), () => {});
`;

const dir = t.testdir({
  src: {
    'main.ts': `import { run } from 'amphi';\nvoid run(() => import('./registry.ts'));\n`,
    'registry.ts': REGISTRY,
  },
  '.env': 'GREETING=hi',
});
const registry = join(dir, 'src', 'registry.ts');
const change = (from: string, to: string) =>
  writeFileSync(registry, readFileSync(registry, 'utf8').replaceAll(from, to));

class Dev {
  readonly child: ChildProcess;
  said = '';

  constructor(...flags: string[]) {
    const [command, ...args] = nodeCommand(AMPHI, 'dev', '--port', '0', ...flags);
    this.child = spawn(command, args, {
      cwd: dir,
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.on('data', (piece) => {
        this.said += piece;
      });
    t.teardown(() => this.child.kill('SIGKILL'));
  }

  async until(text: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = text.exec(this.said);
      if (found) return found;
      if (this.child.exitCode !== null) throw new Error(`it ended: ${this.said}`);
      await sleep(20);
    }
  }

  async url(): Promise<string> {
    return (await this.until(/http:\/\/127\.0\.0\.1:\d+(?=, started)/))[0];
  }

  async stop(): Promise<unknown[]> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    return exited;
  }
}

/** Over a new connection, unless the agent keeps one: one that is kept may be closed at any time, which clients know. */
async function textOf(url: string, agent: Agent | false = false): Promise<string> {
  const [response] = await once(get(url, { agent }), 'response');
  let text = '';
  for await (const piece of response) text += piece;
  return text;
}

async function untilAnswer(url: string, answer: RegExp): Promise<string> {
  for (;;) {
    const text = await textOf(url);
    if (answer.test(text)) return text;
    await sleep(20);
  }
}

t.test('a change is served, a mistake is shown, the port stays', async (t) => {
  const dev = new Dev('--envFile', '.env');
  const url = await dev.url();
  t.equal(await textOf(url), 'one 127.0.0.1');

  // Over one connection that is kept, and with a request under way when the file changes.
  const agent = new Agent({ keepAlive: true });
  const kept = () => textOf(url, agent);
  t.match(await kept(), /^one/);
  const slow = textOf(`${url}/slow`);
  await sleep(100);
  let refused = 0;
  let going = true;
  t.teardown(() => {
    going = false;
  });
  const asking = (async () => {
    while (going) await textOf(url).catch(() => refused++);
  })();
  change('one', 'two');
  await untilAnswer(url, /^two/);
  t.equal(await slow, 'slow one', 'a request under way ends');
  t.match(await kept(), /^two/, 'a kept connection does not lead to the old one');
  agent.destroy();

  change("'two '", "'two ')");
  await untilAnswer(url, /does not start[\s\S]*registry\.ts:4/);
  await dev.until(/did not start \(1\): waiting/);
  change("'two ')", 'process.env.GREETING');
  await untilAnswer(url, /^hi127/);
  change("registry.get('/slow'", "registry.get('/'");
  await untilAnswer(url, /GET \/: already registered as GET \/ \(src\/registry\.ts:5/);
  change("registry.get('/', async", "registry.get('/slow', async");
  await untilAnswer(url, /^hi/);
  going = false;
  await asking;
  t.equal(refused, 0, 'no request was refused');

  t.strictSame(await dev.stop(), [0, null]);
  await t.rejects(textOf(url));
});

t.test('schedules and queues', async (t) => {
  const sqs = new SqsStandIn();
  await sqs.listen();
  t.teardown(() => sqs.close());
  const dev = new Dev('--schedules', '--queues', sqs.endpoint);
  await dev.until(/1 schedules/);
  await dev.until(/queue of pack: arn:\S+:shop-pack\n/);
  sqs.queue('shop-pack').send('{"tea":1}');
  await dev.until(/packed \{ tea: 1 \}/);
  t.strictSame(await dev.stop(), [0, null]);
});

t.test('flags of httpServer, the debugger, and a parent that is killed', async (t) => {
  const dev = new Dev('--inspect', '--inspectPort', '0', '--', '--metricsPath', '/metrics');
  const url = await dev.url();
  t.match(await textOf(`${url}/metrics`), /process_cpu/);
  t.match(dev.said, /Debugger listening on ws:\/\/127\.0\.0\.1:/);
  dev.child.kill('SIGKILL');
  await dev.until(/"message":"stopped"/).catch(() => {});
  t.match(dev.said, /"message":"stopping"/, 'the service ends with it');
});

t.test('what is wrong is told before anything starts', async (t) => {
  for (const [args, message] of [
    [['--entry', 'src/none.ts'], /--entry "src\/none\.ts": there is no such file/],
    [['--queues', 'localhost'], /--queues "localhost": it must be an http or https URL/],
    [['--port', 'x'], /--port "x"/],
    [['--watch', 'none'], /--watch "none": there is no such file/],
    [['--banana'], /Unknown flag: --banana/],
  ] as const) {
    const [command, ...rest] = nodeCommand(AMPHI, 'dev', ...args);
    const { code, stderr } = await runCommand(command, rest, { cwd: dir });
    t.equal(code, 2, args.join(' '));
    t.match(stderr, message);
  }
});
