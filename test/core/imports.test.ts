import { resolve } from 'node:path';
import t from 'tap';
import { importsOf, sourcesBelow, violationsOf } from './import-rules.ts';

const project = resolve(import.meta.dirname, '../..');

t.test('every way to import is seen', async (t) => {
  const source = `
// import a from 'commented-line';
/* import b from 'commented-block'; */
import one from 'one';
import { a, type B } from './two.ts';
import * as three from "node:three";
import 'four';
import type { D } from 'five';
import {
  long,
  list,
} from '@scope/six/sub';
export { x } from './seven.ts';
export * from './eight.ts';
export type { Y } from 'nine';
const ten = await import('ten');
const eleven = require('eleven');
type T = typeof import('twelve');
`;
  t.strictSame(
    importsOf(source).map(({ from, kind }) => `${kind} ${from}`),
    [
      ...[
        'static one',
        'static ./two.ts',
        'static node:three',
        'static four',
        'type five',
        'static @scope/six/sub',
      ],
      ...['static ./seven.ts', 'static ./eight.ts', 'type nine', 'lazy ten', 'lazy eleven'],
    ],
  );
});

t.test('planted violations are found, what is allowed is not', async (t) => {
  const planted: [path: string, source: string, why: string | undefined][] = [
    ['src/core/a.ts', "import { x } from '../cli/x.ts';", 'core imports only itself'],
    ['src/core/a.ts', "const x = await import('../adapters/http/x.ts');", 'core imports only itself'],
    ['src/core/a.ts', "import type { X } from 'fastify';", 'core imports no package'],
    ['src/core/a.ts', "import { join } from 'node:path';", 'core loads builtins lazily'],
    ['src/core/a.ts', "import fs from 'fs';", 'core loads builtins lazily'],
    [
      'src/core/a.ts',
      "import type { Readable } from 'node:stream';\nawait import('node:fs'); import './b.ts';",
      undefined,
    ],
    ['src/adapters/http/a.ts', "import { x } from '../lambda/x.ts';", 'no adapter imports another'],
    [
      'src/adapters/http/in/a.ts',
      "import type { X } from '../../lambda/x.ts';",
      'no adapter imports another',
    ],
    ['src/adapters/http/a.ts', "import { x } from '../../cli/x.ts';", 'an adapter imports core only'],
    [
      'src/adapters/http/in/a.ts',
      "import { x } from '../x.ts'; import { y } from '../../../core/index.ts';",
      undefined,
    ],
    [
      'src/adapters/lambda/a.ts',
      "import type { FastifyReply } from 'fastify';",
      'only adapters/http knows Fastify',
    ],
    ['src/cli/a.ts', "const { fastify } = await import('fastify');", 'only adapters/http knows Fastify'],
    ['src/adapters/http/a.ts', "const { fastify } = await import('fastify');", undefined],
    ['src/adapters/http/a.ts', "import yargs from 'yargs/yargs';", 'only the cli knows yargs'],
    ['src/app/a.ts', "import yargs from 'yargs';", 'only the cli knows yargs'],
    ['src/cli/a.ts', "import yargs from 'yargs'; import { x } from '../adapters/http/x.ts';", undefined],
    [
      'src/cli/a.ts',
      "import { registry } from '../app/registry.ts';",
      'only the app and tests import the app',
    ],
    ['src/app/main.ts', "import { run } from '../cli/run.ts'; import('./registry.ts');", undefined],
    ['src/app/a.ts', "import { x } from '../../test/x.ts';", 'src imports only src, and the cli infra'],
  ];
  for (const [path, source, why] of planted) {
    const found = violationsOf(path, source).map((line) => line.slice(line.lastIndexOf(': ') + 2));
    t.strictSame(found, why === undefined ? [] : [why], `${path}: ${source}`);
  }
});

t.test('src keeps the rules', async (t) => {
  const sources = sourcesBelow(project, 'src');
  t.ok(sources.length > 20 && sources.some(([path]) => path === 'src/core/index.ts'));
  t.ok(sources.flatMap(([, source]) => importsOf(source)).length > sources.length);
  t.strictSame(
    sources.flatMap(([path, source]) => violationsOf(path, source)),
    [],
  );
});

t.test('only tests import the app from outside src', async (t) => {
  const outside = ['infra', 'scripts'].flatMap((folder) => sourcesBelow(project, folder));
  const importing = outside.filter(([, source]) =>
    importsOf(source).some(({ from }) => /(^|\/)src\/app\//.test(from)),
  );
  t.ok(outside.length > 10);
  t.strictSame(
    importing.map(([path]) => path),
    [],
  );
});
