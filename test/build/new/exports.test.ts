import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { withJsSpecifiers } from '../../../scripts/pack/compile.ts';
import { PUBLIC_MODULES, readSample, withPublicImports } from '../../../src/build/new/sample.ts';
import { importsOf } from '../../core/import-rules.ts';

// The package's exports by their sources; service.test.ts checks them as packed.

const project = join(import.meta.dirname, '..', '..', '..');
const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
const entries = Object.entries(manifest.exports).filter(([, entry]) => typeof entry !== 'string') as [
  string,
  Record<string, string>,
][];
const sourceOf = (target: string) => target.replace('./dist/lib/', '').replace(/\.js$/, '.ts');
const names = (subpath: string) => subpath.replace(/^\./, 'amphi');

t.test('every export is a source, types first', async (t) => {
  for (const [subpath, entry] of entries) {
    t.strictSame(Object.keys(entry), ['types', 'default'], subpath);
    t.equal(entry.types, entry.default!.replace(/\.js$/, '.d.ts'));
    t.ok(existsSync(join(project, sourceOf(entry.default!))), subpath);
  }
});

t.test('what each export has', async (t) => {
  const wanted: Record<string, string[]> = {
    '.': ['createRegistry', 'reply', 'HttpError', 'ConfigError', 'Context', 'createLogger', 'run'],
    './cli': ['defineCommand'],
    './events': ['s3', 'sns', 'sqs', 'ses', 'dynamodb', 'kinesis', 'eventBridge', 'cognito'],
    './http': ['createHttpServer', 'startHttpServer', 'runHttpServer'],
    './infra': ['emitTopology', 'writeTopology', 'provisionProblems'],
    './lambda': ['resolveFunction', 'invokeHttp', 'runLambda'],
    './supervisor': ['supervisorConfig', 'fullSupervisordConfig'],
  };
  t.strictSame(entries.map(([subpath]) => subpath).sort(), Object.keys(wanted).sort());
  for (const [subpath, entry] of entries) {
    const found = Object.keys(await import(join(project, sourceOf(entry.default!))));
    const missing = wanted[subpath]!.filter((name) => !found.includes(name));
    t.strictSame(missing, [], subpath);
  }
});

t.test('no import leads past the exports', async (t) => {
  const known = new Set(['amphi', ...entries.map(([subpath]) => names(subpath))]);
  for (const [module, specifier] of Object.entries(PUBLIC_MODULES)) {
    t.ok(existsSync(join(project, module)), module);
    t.ok(known.has(specifier), specifier);
  }
  for (const [subpath, entry] of entries) {
    t.equal(PUBLIC_MODULES[sourceOf(entry.default!)], names(subpath), 'the sample may use it');
  }
});

t.test('the sample outside of the repository imports the package only', async (t) => {
  const { files, packages } = await readSample(project, 'orders');
  const sample = readdirSync(join(project, 'src', 'app'), { recursive: true, encoding: 'utf8' });
  const sources = sample.filter((file) => file.endsWith('.ts')).map((file) => `src/${file}`);
  t.strictSame(Object.keys(files).sort(), sources.sort());
  for (const [path, text] of Object.entries(files)) {
    const outside = importsOf(text).filter(({ from }) => from.startsWith('..') && !/^src\/.*\//.test(path));
    t.strictSame(outside, [], path);
    t.notMatch(text, /omega/i);
  }
  const versions = { ...manifest.dependencies, ...manifest.devDependencies };
  for (const name of packages.filter((name) => name !== 'amphi')) t.ok(versions[name], name);
  t.match(files['src/registry.ts'], /createRegistry\(\{ name: 'orders'/);
  t.match(files['src/main.ts'], "import { run } from 'amphi';");
});

t.test('imports are rewritten whatever their kind', async (t) => {
  const packages = new Set<string>();
  const source = [
    "import { reply } from '../core/index.ts';",
    "export type { Extension } from '../cli/extension.ts';",
    "const lazy = await import('../../../infra/index.ts');",
    "import { own } from './own.ts';",
    "import { join } from 'node:path';",
    "import { z } from 'zod/v4';",
    "import x from '@scope/name/deep';",
  ];
  const found = withPublicImports('src/app/x.ts', source.join('\n'), packages).split('\n');
  t.strictSame(found.slice(0, 3), [
    "import { reply } from 'amphi';",
    "export type { Extension } from 'amphi/cli';",
    "const lazy = await import('amphi/infra');",
  ]);
  t.strictSame(found.slice(3), source.slice(3));
  t.strictSame([...packages], ['zod', '@scope/name']);
  t.throws(() => withPublicImports('src/app/x.ts', "import { y } from '../core/router.ts';", packages), {
    name: 'BuildError',
    message: 'src/app/x.ts imports ../core/router.ts, which amphi does not export',
  });
});

t.test('declarations name declarations', async (t) => {
  const before = `import type { A } from './a.ts';\nexport * from "../b/index.ts";\ntype C = import('./c.ts').C;\nconst d = './d.ts';\nimport 'fastify.ts';\n`;
  const after = `import type { A } from './a.js';\nexport * from "../b/index.js";\ntype C = import('./c.js').C;\nconst d = './d.ts';\nimport 'fastify.ts';\n`;
  t.equal(withJsSpecifiers(before), after);
});
