import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix, relative, sep } from 'node:path';

export interface Import {
  readonly from: string;
  readonly kind: 'type' | 'static' | 'lazy';
}

const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;
const STATIC = /(?:^|;)\s*(?:import|export)\s+(type\s)?(?:[\w*{][\w\s,*{}$]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
const LAZY = /(?<!\btypeof\s)\b(?:import|require)\(\s*['"`]([^'"`]+)['"`]/g;
const TYPE = /\btypeof\s+import\(\s*['"`]([^'"`]+)['"`]/g;

/** The module specifiers of a TypeScript source. */
export function importsOf(source: string): Import[] {
  const code = source.replace(COMMENT, '');
  const fixed = [...code.matchAll(STATIC)].map(
    ([, type, from]) => ({ from: from!, kind: type ? 'type' : 'static' }) as const,
  );
  const lazy = [...code.matchAll(LAZY)].map(([, from]) => ({ from: from!, kind: 'lazy' }) as const);
  const types = [...code.matchAll(TYPE)].map(([, from]) => ({ from: from!, kind: 'type' }) as const);
  return [...fixed, ...lazy, ...types];
}

/** What an area may import beside itself, by the start of the path; `lazy` areas by `import()` or as types only. */
interface Rule {
  readonly from: readonly string[];
  readonly lazy?: readonly string[];
  readonly packages?: readonly string[];
}

const TRIGGERS = 'src/adapters/lambda/sources/events/shared/triggers.ts';
const ADAPTERS = 'src/adapters/';

const ADAPTER: Rule = { from: ['src/core/', 'src/aws/', 'src/server/'] };
/** A service sees what a user of the package sees; any package is its own affair. */
const SERVICE: Rule = { from: [], packages: ['amphi', '*'] };

const OPEN_TELEMETRY = [
  'api',
  'core',
  'exporter-trace-otlp-http',
  'propagator-aws-xray',
  'resources',
  'sdk-trace-node',
].map((name) => `@opentelemetry/${name}`);

/** By the start of a file's path; the first that fits counts. */
const RULES: readonly [area: string, rule: Rule][] = [
  ['src/core/', { from: [], packages: ['@standard-schema/spec', '@fastify/busboy'] }],
  ['src/aws/', { from: ['src/core/'], packages: ['@aws-sdk', '@smithy/core'] }],
  ['src/server/', { from: ['src/core/'] }],
  ['src/adapters/http/', { ...ADAPTER, packages: ['fastify', '@fastify/proxy-addr', 'prom-client'] }],
  ['src/adapters/lambda/', { from: ['src/core/', 'src/aws/'], packages: ['aws-lambda'] }],
  ['src/adapters/emulator/', ADAPTER],
  ['src/adapters/supervisor/', ADAPTER],
  ['src/adapters/worker/', { ...ADAPTER, packages: ['@aws-sdk'] }],
  [
    'src/cli/',
    {
      // The flags of a command come from the tables of what it configures; the work itself is loaded when it is called.
      from: ['src/core/', 'src/aws/', 'src/server/', 'src/adapters/supervisor/', 'infra/topology/'],
      lazy: [ADAPTERS, 'infra/'],
      packages: ['yargs', 'fastest-levenshtein', '@humanwhocodes/momoa'],
    },
  ],
  [
    'src/build/',
    {
      from: [
        'src/core/',
        'src/aws/lambda-zip.ts',
        'src/server/',
        'src/cli/flag-values.ts',
        'src/cli/flags.ts',
        'src/cli/heap.ts',
        'src/cli/parser.ts',
      ],
      packages: [
        'yargs',
        'esbuild',
        'pkg',
        'terser',
        'acorn',
        'acorn-walk',
        'chokidar',
        'croner',
        '@jridgewell/sourcemap-codec',
        // Named in the code that takes its place in a bundle.
        'string-width',
        '@aws-sdk',
      ],
    },
  ],
  [
    'src/testing/',
    {
      from: ['src/core/', 'src/aws/', 'src/adapters/lambda/'],
      // A test that starts no server loads none.
      lazy: ['src/adapters/http/'],
    },
  ],
  ['src/telemetry/', { from: ['src/core/'], packages: OPEN_TELEMETRY }],
  [
    'src/http-kit/',
    {
      from: ['src/core/'],
      packages: ['@fastify/send', 'compressible', 'cookie', 'etag', 'fresh', 'helmet', 'jose', 'negotiator'],
    },
  ],
  ['src/app/', SERVICE],
  ['src/index.ts', { from: ['src/core/', 'src/cli/'] }],
  [
    'infra/',
    {
      from: ['src/core/', 'src/aws/', 'src/server/', 'src/adapters/supervisor/', TRIGGERS],
      packages: ['@awboost/cfntypes', '@aws-sdk', 'yauzl'],
    },
  ],
  ['examples/', SERVICE],
  ['scripts/', { from: ['src/', 'infra/'], packages: ['*'] }],
];

/** The folder whose files may import each other: the area, or one example. */
function areaOf(path: string): string | undefined {
  const area = RULES.find(([start]) => path.startsWith(start))?.[0];
  return area === 'examples/' ? path.split('/').slice(0, 2).join('/').concat('/') : area;
}

function ruleOf(path: string): Rule | undefined {
  return RULES.find(([start]) => path.startsWith(start))?.[1];
}

const isBuiltin = (from: string) => from.startsWith('node:') || builtinModules.includes(from);
const packageOf = (from: string) =>
  from
    .split('/')
    .slice(0, from.startsWith('@') && !from.startsWith('@aws-sdk/') ? 2 : 1)
    .join('/');

/** What a file may not import, with the reason. `path` is relative to the project, with `/`. */
export function violationsOf(path: string, source: string): string[] {
  return importsOf(source).flatMap((found) => {
    const why = found.from.startsWith('.') ? ofRelative(path, found) : ofPackage(path, found);
    return why === undefined ? [] : [`${path} imports ${found.from}: ${why}`];
  });
}

function ofRelative(path: string, { from, kind }: Import): string | undefined {
  const area = areaOf(path);
  const target = posix.join(posix.dirname(path), from);
  if (area === undefined) return 'no rule is known for this folder';
  if (target.startsWith(area)) return undefined;
  const { from: allowed, lazy = [] } = ruleOf(path)!;
  if (target.startsWith('src/app/')) return 'only tests import the app';
  if (allowed.some((start) => target.startsWith(start))) return undefined;
  if (!lazy.some((start) => target.startsWith(start))) return `${area} does not import ${target}`;
  return kind === 'static' ? `${area} imports ${target} lazily` : undefined;
}

function ofPackage(path: string, { from, kind }: Import): string | undefined {
  const area = areaOf(path);
  if (isBuiltin(from)) {
    return area === 'src/core/' && kind === 'static' ? 'core loads builtins lazily' : undefined;
  }
  const name = packageOf(from);
  const allowed = ruleOf(path)?.packages ?? [];
  if (name === 'amphi') {
    return allowed.includes(name) ? undefined : 'only services import the package by its name';
  }
  if (allowed.includes(name) || allowed.includes('*')) return undefined;
  return `${area} does not import ${name}`;
}

/** All TypeScript files below a folder: path relative to the project and source. */
export function sourcesBelow(project: string, folder: string): [path: string, source: string][] {
  const names = readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' });
  const files = names
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
    .map((name) => join(project, folder, name));
  return files.map((file) => [relative(project, file).split(sep).join('/'), readFileSync(file, 'utf8')]);
}
