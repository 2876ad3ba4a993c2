import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { withJsSpecifiers } from '../../../scripts/pack/compile.ts';
import { packagesOf, readSample } from '../../../src/build/new/sample.ts';

// The package's exports by their sources; service.test.ts checks them as packed.

const project = join(import.meta.dirname, '..', '..', '..');
const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
const entries = Object.entries(manifest.exports).filter(([, entry]) => typeof entry !== 'string') as [
  string,
  Record<string, string>,
][];
const sourceOf = (target: string) => target.replace('./dist/lib/', '').replace(/\.js$/, '.ts');
const names = (subpath: string) => subpath.replace(/^\./, 'amphi');

t.test('every export is a source, which comes first, then the types', async (t) => {
  for (const [subpath, entry] of entries) {
    t.strictSame(Object.keys(entry), ['amphi-source', 'types', 'default'], subpath);
    t.equal(entry['amphi-source'], `./${sourceOf(entry.default!)}`);
    t.equal(entry.types, entry.default!.replace(/\.js$/, '.d.ts'));
    t.ok(existsSync(join(project, entry['amphi-source']!)), subpath);
  }
});

t.test('what each export has', async (t) => {
  const wanted: Record<string, string[]> = {
    '.': ['createRegistry', 'reply', 'HttpError', 'ConfigError', 'Context', 'createLogger', 'run'],
    './cli': ['defineCommand'],
    './events': ['s3', 'sns', 'sqs', 'ses', 'dynamodb', 'kinesis', 'eventBridge', 'cognito'],
    './http': ['createHttpServer', 'startHttpServer', 'runHttpServer'],
    './http-kit': [
      'bearerAuth',
      'compress',
      'cors',
      'etag',
      'jwt',
      'rateLimit',
      'multipart',
      'sse',
      'staticFiles',
    ],
    './infra': ['emitTopology', 'writeTopology', 'provisionProblems'],
    './lambda': ['resolveFunction', 'invokeHttp', 'runLambda'],
    './supervisor': ['supervisorConfig', 'fullSupervisordConfig'],
    './telemetry': ['traceWithOpenTelemetry'],
    './testing': ['inject', 'event', 'invokeFunction'],
    './worker': ['startWorker', 'runWorker'],
  };
  t.strictSame(entries.map(([subpath]) => subpath).sort(), Object.keys(wanted).sort());
  for (const [subpath, entry] of entries) {
    const found = Object.keys(await import(join(project, sourceOf(entry.default!))));
    const missing = wanted[subpath]!.filter((name) => !found.includes(name));
    t.strictSame(missing, [], subpath);
  }
});

t.test('amphi new copies the sample with another name', async (t) => {
  const { files, packages } = await readSample(project, 'orders', 'amphi');
  const folder = join(project, 'src', 'app');
  const sample = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const sources = sample.filter((file) => file.endsWith('.ts'));
  t.strictSame(Object.keys(files).sort(), sources.map((file) => `src/${file}`).sort());
  for (const file of sources) {
    const text = readFileSync(join(folder, file), 'utf8');
    t.equal(files[`src/${file}`], text.replace(/omega/g, 'orders').replace(/Omega/g, 'Orders'), file);
  }
  t.match(files['src/registry.ts'], /createRegistry\(\{ name: 'orders'/);
  t.match(files['src/main.ts'], "import { run } from 'amphi';");
  const versions = { ...manifest.dependencies, ...manifest.devDependencies };
  for (const name of packages) t.ok(versions[name], name);
});

t.test('packages are found whatever the kind of import', async (t) => {
  const source = [
    "import { reply } from 'amphi';",
    "export type { Extension } from 'amphi/cli';",
    "const lazy = await import('yazl');",
    "import { own } from './own.ts';",
    "import { join } from 'node:path';",
    "import { z } from 'zod/v4';",
    "import x from '@scope/name/deep';",
  ];
  t.strictSame(packagesOf(source.join('\n')), ['amphi', 'amphi', 'yazl', 'zod', '@scope/name']);
});

t.test("in this repository 'amphi' is the sources, for Node.js as for the compiler", async (t) => {
  for (const [subpath, entry] of entries) {
    const resolved = import.meta.resolve(names(subpath));
    t.equal(resolved, pathToFileURL(join(project, entry['amphi-source']!)).href);
  }
  const { compilerOptions } = JSON.parse(readFileSync(join(project, 'tsconfig.json'), 'utf8'));
  t.strictSame(compilerOptions.customConditions, ['amphi-source']);
});

t.test('declarations name declarations', async (t) => {
  const before = `import type { A } from './a.ts';\nexport * from "../b/index.ts";\ntype C = import('./c.ts').C;\nconst d = './d.ts';\nimport 'fastify.ts';\n`;
  const after = `import type { A } from './a.js';\nexport * from "../b/index.js";\ntype C = import('./c.js').C;\nconst d = './d.ts';\nimport 'fastify.ts';\n`;
  t.equal(withJsSpecifiers(before), after);
});
