import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { publicModules } from '../../scripts/docs/generate.ts';
import { Registry } from '../../src/index.ts';
import { startFakeRuntimeApi } from '../support/fake-runtime-api.ts';
import { startLambda } from '../support/lambda-process.ts';
import { nodeCommand } from '../support/node.ts';
import { runCommand } from '../support/run-app.ts';
import { allExamples, type Example, examplesIn } from './examples.ts';

// Every @example of a public function: compiled, run, and compared with what it says it prints.

const project = join(import.meta.dirname, '..', '..');
const RUNNER = join(import.meta.dirname, 'run-example.ts');
const run = promisify(execFile);

const examples = await allExamples(project);
const dir = t.testdir({});
mkdirSync(dir, { recursive: true });
const fileOf = (example: Example) =>
  join(dir, `${example.of.replace(/\W+/g, '-')}${examples.indexOf(example)}.ts`);
for (const example of examples) writeFileSync(fileOf(example), example.code);
/** What stands in the guides as a module of its own: it imports the package, and nothing of a service's. */
function modulesOf(page: string): string[] {
  const text = readFileSync(join(project, 'docs', page), 'utf8');
  const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code!);
  return blocks.filter((code) => /from 'amphi['/]/.test(code) && !/from '\.|from 'vitest'/.test(code));
}

const pages = readdirSync(join(project, 'docs')).filter((name) => name.endsWith('.md'));
const modules = pages.flatMap((page) => modulesOf(page).map((code, index) => [page, index, code] as const));
for (const [page, index, code] of modules) writeFileSync(join(dir, `${page}-${index}.ts`), code);

t.test('an example is read with its name and what it prints', async (t) => {
  const text =
    '### reply()\n\nText.\n\n#### Call Signature\n\n##### Example\n\n```ts\nconst a = 1;\nconsole.log(a); // 1\n```\n\n#### b()\n\n```ts\nawait run(x); // 2\n```\n';
  t.strictSame(
    examplesIn('amphi', text).map(({ of, prints }) => ({ of, prints })),
    [
      { of: 'amphi reply()', prints: ['1'] },
      { of: 'amphi reply() b()', prints: ['2'] },
    ],
  );
});

t.test('every public function, and every method of the registry, has an example', async (t) => {
  const wanted: string[] = [];
  for (const [module, source] of await publicModules(project)) {
    for (const [name, value] of Object.entries(await import(source))) {
      const isClass = typeof value === 'function' && /^class\b/.test(String(value));
      if (typeof value === 'function' && !isClass) wanted.push(`${module} ${name}()`);
    }
  }
  const methods = Object.getOwnPropertyNames(Registry.prototype).filter((name) => name !== 'constructor');
  wanted.push(...methods.map((name) => `amphi Registry Methods ${name}()`), 'amphi RegisterRoute()');
  t.ok(wanted.length > 45, `${wanted.length} are looked for`);
  const known = new Set(examples.map(({ of }) => of));
  t.strictSame(
    wanted.filter((name) => !known.has(name.replace(/^(\S+) /, '$1 Functions ')) && !known.has(name)),
    [],
  );
});

t.test('the examples compile, those of the guides too', async (t) => {
  t.ok(modules.length > 20 && new Set(modules.map(([page]) => page)).size > 8, `${modules.length} modules`);
  const config = {
    extends: join(project, 'tsconfig.json'),
    compilerOptions: { types: ['node'], typeRoots: [join(project, 'node_modules', '@types')] },
    include: ['*.ts'],
  };
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(project, 'node_modules', '.bin', 'tsc');
  const { stdout } = await run(tsc, ['-p', dir]).catch((error: { stdout: string }) => error);
  t.equal(stdout, '');
});

/** Those that serve until they are told to stop have a test of their own. */
const isServing = ({ of }: Example) => of.endsWith(' runLambda()');

for (const example of examples.filter((each) => !isServing(each))) {
  t.test(`the example of ${example.of}`, async (t) => {
    t.ok(example.prints.length > 0, 'it says what it prints');
    const [node, ...args] = nodeCommand(RUNNER, fileOf(example));
    const { code, stdout, stderr } = await runCommand(node, args, { cwd: dir });
    t.equal(code, 0, stderr);
    t.strictSame(stdout.split('\n').slice(0, example.prints.length), example.prints);
  });
}

t.test('the example of runLambda()', async (t) => {
  const example = examples.find(isServing)!;
  const api = await startFakeRuntimeApi();
  const lambda = startLambda(api, { handler: 'double', command: nodeCommand(fileOf(example)) });
  t.teardown(async () => {
    await lambda.stop();
    await api.close();
  });
  const { kind, body } = await api.invoke({ n: 21 });
  t.strictSame([kind, body.toString()], ['response', '42']);
});
