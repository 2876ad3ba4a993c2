import { resolve } from 'node:path';
import t from 'tap';
import { circlesIn } from './import-circles.ts';
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
type T = typeof import('./twelve.ts');
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
      ...[
        'static ./seven.ts',
        'static ./eight.ts',
        'type nine',
        'lazy ten',
        'lazy eleven',
        'type ./twelve.ts',
      ],
    ],
  );
});

t.test('planted violations are found, what is allowed is not', async (t) => {
  const planted: [path: string, source: string, why: string | undefined][] = [
    ['src/core/a.ts', "import { x } from '../cli/x.ts';", 'src/core/ does not import src/cli/x.ts'],
    ['src/core/a.ts', "await import('../aws/x.ts');", 'src/core/ does not import src/aws/x.ts'],
    ['src/core/a.ts', "import type { X } from 'fastify';", 'src/core/ does not import fastify'],
    ['src/core/a.ts', "import type { X } from '@standard-schema/spec';", undefined],
    ['src/core/a.ts', "import { join } from 'node:path';", 'core loads builtins lazily'],
    ['src/core/a.ts', "import fs from 'fs';", 'core loads builtins lazily'],
    ['src/core/a.ts', "import type { Readable } from 'node:stream';\nawait import('node:fs');", undefined],
    ['src/core/in/a.ts', "import '../b.ts'; import { reply } from './c.ts';", undefined],
    ['src/aws/a.ts', "import { x } from '../core/index.ts';", undefined],
    [
      'src/aws/a.ts',
      "import { x } from '../adapters/http/x.ts';",
      'src/aws/ does not import src/adapters/http/x.ts',
    ],
    [
      'src/adapters/http/a.ts',
      "import { x } from '../lambda/x.ts';",
      'src/adapters/http/ does not import src/adapters/lambda/x.ts',
    ],
    [
      'src/adapters/http/in/a.ts',
      "import type { X } from '../../lambda/x.ts';",
      'src/adapters/http/ does not import src/adapters/lambda/x.ts',
    ],
    [
      'src/adapters/http/a.ts',
      "import { x } from '../../cli/x.ts';",
      'src/adapters/http/ does not import src/cli/x.ts',
    ],
    [
      'src/adapters/http/in/a.ts',
      "import { x } from '../x.ts'; import { y } from '../../../core/index.ts';",
      undefined,
    ],
    [
      'src/adapters/lambda/a.ts',
      "import type { FastifyReply } from 'fastify';",
      'src/adapters/lambda/ does not import fastify',
    ],
    ['src/adapters/new/a.ts', "import { x } from '../../core/index.ts';", 'no rule is known for this folder'],
    ['src/cli/a.ts', "const { fastify } = await import('fastify');", 'src/cli/ does not import fastify'],
    ['src/adapters/http/a.ts', "const { fastify } = await import('fastify');", undefined],
    [
      'src/adapters/http/a.ts',
      "import yargs from 'yargs/yargs';",
      'src/adapters/http/ does not import yargs',
    ],
    ['src/cli/a.ts', "import yargs from 'yargs'; import type { X } from '../adapters/http/x.ts';", undefined],
    [
      'src/cli/a.ts',
      "import { x } from '../adapters/http/x.ts';",
      'src/cli/ imports src/adapters/http/x.ts lazily',
    ],
    ['src/cli/a.ts', "await import('../../infra/index.ts');", undefined],
    ['src/cli/a.ts', "import { x } from '../build/x.ts';", 'src/cli/ does not import src/build/x.ts'],
    ['src/cli/a.ts', "import { registry } from '../app/registry.ts';", 'only tests import the app'],
    ['src/cli/a.ts', "import { run } from 'amphi';", 'only services import the package by its name'],
    [
      'src/build/a.ts',
      "import { x } from '../../infra/index.ts';",
      'src/build/ does not import infra/index.ts',
    ],
    [
      'src/app/main.ts',
      "import { run } from 'amphi'; import { sqs } from 'amphi/events'; import('./registry.ts');",
      undefined,
    ],
    ['src/app/a.ts', "import { z } from 'zod';", undefined],
    ['src/app/a.ts', "import { run } from '../cli/run.ts';", 'src/app/ does not import src/cli/run.ts'],
    ['src/app/a.ts', "import { x } from '../../test/x.ts';", 'src/app/ does not import test/x.ts'],
    [
      'infra/triggers/a.ts',
      "import type { X } from '../../src/adapters/lambda/sources/events/shared/triggers.ts';",
      undefined,
    ],
    [
      'infra/a.ts',
      "import { x } from '../src/adapters/lambda/index.ts';",
      'infra/ does not import src/adapters/lambda/index.ts',
    ],
    ['infra/a.ts', "import { x } from '../src/cli/flags.ts';", 'infra/ does not import src/cli/flags.ts'],
    [
      'infra/a.ts',
      "import { S3Client } from '@aws-sdk/client-s3'; import { x } from '../src/core/index.ts';",
      undefined,
    ],
    [
      'src/testing/a.ts',
      "import { x } from '../adapters/http/x.ts';",
      'src/testing/ imports src/adapters/http/x.ts lazily',
    ],
    [
      'src/testing/a.ts',
      "import { x } from '../adapters/lambda/x.ts'; await import('../adapters/http/x.ts');",
      undefined,
    ],
    ['src/http-kit/a.ts', "import { x } from '../aws/x.ts';", 'src/http-kit/ does not import src/aws/x.ts'],
    ['scripts/a.ts', "import { x } from '../src/build/x.ts'; import fastify from 'fastify';", undefined],
    ['scripts/a.ts', "import { registry } from '../src/app/registry.ts';", 'only tests import the app'],
    ['examples/one/test/a.ts', "import { registry } from '../src/registry.ts';", undefined],
    [
      'examples/one/a.ts',
      "import { registry } from '../two/registry.ts';",
      'examples/one/ does not import examples/two/registry.ts',
    ],
    [
      'examples/one/a.ts',
      "import { reply } from '../../src/index.ts';",
      'examples/one/ does not import src/index.ts',
    ],
  ];
  for (const [path, source, why] of planted) {
    const found = violationsOf(path, source).map((line) => line.slice(line.indexOf(': ') + 2));
    t.strictSame(found, why === undefined ? [] : [why], `${path}: ${source}`);
  }
});

const FOLDERS = ['src', 'infra', 'scripts', 'examples'];
const sources = FOLDERS.flatMap((folder) => sourcesBelow(project, folder));

t.test('the repository keeps the rules', async (t) => {
  t.ok(sources.length > 200 && sources.some(([path]) => path === 'src/core/index.ts'));
  t.ok(sources.flatMap(([, source]) => importsOf(source)).length > sources.length);
  t.strictSame(
    sources.flatMap(([path, source]) => violationsOf(path, source)),
    [],
  );
});

t.test('circles are found, whatever the kind of import', async (t) => {
  const planted: [path: string, source: string][] = [
    ['a/one.ts', "import type { X } from './two.ts';"],
    ['a/two.ts', "import('../b/three.ts');"],
    ['b/three.ts', "export * from '../a/one.ts'; import './four.ts';"],
    ['b/four.ts', "import { x } from './five.ts';"],
    ['b/five.ts', "import { y } from './four.ts';"],
    ['b/six.ts', "import { z } from './four.ts'; import './absent.ts';"],
    ['b/self.ts', "import './self.ts';"],
  ];
  t.strictSame(circlesIn(planted), [
    ['b/five.ts', 'b/four.ts'],
    ['a/one.ts', 'a/two.ts', 'b/three.ts'],
    ['b/self.ts'],
  ]);
});

t.test('no files import each other in a circle, types included', async (t) => {
  t.strictSame(circlesIn(sources), []);
});
