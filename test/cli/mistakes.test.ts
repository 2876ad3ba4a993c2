import { join } from 'node:path';
import t from 'tap';
import { buildService } from '../../src/build/executable/service.ts';
import { startFakeRuntimeApi } from '../support/fake-runtime-api.ts';
import { startLambda } from '../support/lambda-process.ts';
import { nodeCommand } from '../support/node.ts';
import { runCommand } from '../support/run-app.ts';

// A service whose mistakes are chosen by an environment variable, from source and as an executable.
const dir = t.testdir({
  out: {},
  service: {
    'main.ts': `import { run } from 'amphi';
const none = process.env.NONE;
if (none === 'promise') void run(Promise.resolve({}) as never);
else if (none !== undefined) void run(async () => JSON.parse(none));
else void run(() => import('./registry.ts'), process.env.EXTEND === undefined ? {} : { extend: async () => JSON.parse(process.env.EXTEND!) });
`,
    'registry.ts': `import { createRegistry } from 'amphi';
import { mistake } from './lib/mistakes.ts';
export const registry = createRegistry({ name: 'mistaken' });
registry.get('/twice', () => 1);
if (process.env.MISTAKE === 'twice') registry.get('/twice', () => 1);
mistake(registry, process.env.MISTAKE);
registry.function('exit', (code: number) => process.exit(code));
registry.function('later', async (code: number) => {
  await new Promise((resolve) => setImmediate(resolve));
  process.exit(code);
});
registry.function('fine', () => 'fine');
`,
    lib: {
      'mistakes.ts': `import { createRegistry, type Registry } from 'amphi';
export function mistake(registry: Registry, what: string | undefined): void {
  if (what === 'handler') registry.post('/x', 'no function' as never);
  if (what === 'name') createRegistry({ name: 'no name' });
  if (what === 'function') registry.function('a b', () => 1);
  if (what === 'exit') process.exit(0);
}
`,
    },
  },
});
const main = join(dir, 'service', 'main.ts');
const app = (
  await buildService({ entry: main, outDir: join(dir, 'out'), name: 'app', compression: 1, warn: () => {} })
).executable.path;

for (const [what, command] of [
  ['from source', nodeCommand(main)],
  ['the executable', [app]],
] as const) {
  const [program, ...first] = command as [string, ...string[]];
  const run = (args: string[], env: Record<string, string> = {}, input = '') =>
    runCommand(program, [...first, ...args], { env, input, cwd: join(dir, 'service') });
  const at = (file: string, line: number) => `${file}:${line}:`;

  t.test(`a mistake at registration names the service's own code: ${what}`, async (t) => {
    const cases: [mistake: string, message: string, place: string][] = [
      ['twice', 'GET /twice: already registered as GET /twice', at('registry.ts', 5)],
      ['handler', 'POST /x: the handler must be a function', at('lib/mistakes.ts', 3)],
      [
        'name',
        'createRegistry: name "no name" must be a letter, then letters, digits or -, at most 48',
        at('lib/mistakes.ts', 4),
      ],
      ['function', 'function "a b": a name is 1 to 64 letters, digits, - or _', at('lib/mistakes.ts', 5)],
    ];
    for (const [mistake, message, place] of cases) {
      const { code, stdout, stderr } = await run(['describe'], { MISTAKE: mistake });
      t.strictSame([code, stdout], [1, '']);
      const [, told, where] = /^app: (.*) \((.*)\)\n$/.exec(stderr) ?? [stderr];
      t.equal(told, message);
      // The executable names files as from the folder of package.json, which is further up here.
      t.match(where, new RegExp(`^${what === 'the executable' ? '(.*/)?' : ''}${place}\\d+$`));
    }
  });

  t.test(`a mistake on the command line has no place in the service: ${what}`, async (t) => {
    const { code, stderr } = await run(['httpServer', '--port', 'x']);
    t.strictSame([code, stderr], [2, 'app: --port "x": it must be a whole number from 0 to 65535\n']);
  });

  t.test(`run without a registry says what it takes: ${what}`, async (t) => {
    for (const [none, there] of [
      ['{}', 'nothing'],
      ['{"register":1,"x":2}', 'register, x'],
      ['promise', 'nothing'],
      ['null', 'nothing'],
    ] as const) {
      const { code, stdout, stderr } = await run(['describe'], { NONE: none });
      t.strictSame([code, stdout], [1, '']);
      t.match(
        stderr,
        /^app: run: it takes a function that gives a module with a registry made by createRegistry/,
      );
      t.match(stderr, `there is ${there}\n`);
      t.notMatch(stderr, /^ +at /m);
    }
    const api = await startFakeRuntimeApi();
    const lambda = startLambda(api, { command, env: { NONE: '{}' }, handler: 'x' });
    t.equal(await lambda.exited, 1);
    t.match(JSON.parse(String(api.initErrors[0]?.body)), {
      errorType: 'ConfigError',
      errorMessage: /^run: it takes/,
    });
    await api.close();
    const extend = await run(['describe'], { EXTEND: '{}' });
    t.strictSame(
      [extend.code, extend.stderr],
      [1, 'app: extend: it must give a module that exports an object named extension\n'],
    );
  });

  t.test(`invoke tells of a handler that ends the process: ${what}`, async (t) => {
    for (const name of ['exit', 'later']) {
      for (const status of [0, 3]) {
        const { code, stdout, stderr } = await run(['invoke', name, '--event', '-'], {}, String(status));
        t.strictSame([code, stdout], [status || 1, '']);
        const why = status === 0 ? 'without providing a reason' : 'with error: exit status 3';
        t.match(JSON.parse(stderr), {
          errorType: 'Runtime.ExitError',
          errorMessage: new RegExp(`^RequestId: [0-9a-f-]{36} Error: Runtime exited ${why}$`),
        });
      }
    }
    const fine = await run(['invoke', 'fine', '--event', '-'], {}, '1');
    t.strictSame(fine, { code: 0, stdout: '"fine"\n', stderr: '' });
  });

  t.test(`a registry that ends the process is told of: ${what}`, async (t) => {
    const { code, stderr } = await run(['describe'], { MISTAKE: 'exit' });
    t.strictSame([code, stderr], [1, 'app: process.exit(0) was called while the registry was loaded\n']);
  });
}
