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

/** The module specifiers of a TypeScript source. */
export function importsOf(source: string): Import[] {
  const code = source.replace(COMMENT, '');
  const fixed = [...code.matchAll(STATIC)].map(
    ([, type, from]) => ({ from: from!, kind: type ? 'type' : 'static' }) as const,
  );
  const lazy = [...code.matchAll(LAZY)].map(([, from]) => ({ from: from!, kind: 'lazy' }) as const);
  return [...fixed, ...lazy];
}

const isBuiltin = (from: string) => from.startsWith('node:') || builtinModules.includes(from);
const packageOf = (from: string) =>
  from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');

/** `core`, `app`, `cli` or `adapters/<name>`; the first folders below src. */
function areaOf(path: string): string {
  const [, area, name] = path.split('/');
  return area === 'adapters' ? `adapters/${name}` : (area ?? '');
}

/** What a file of src may not import, with the reason. `path` is relative to the project, with `/`. */
export function violationsOf(path: string, source: string): string[] {
  return importsOf(source).flatMap((found) => {
    const why = found.from.startsWith('.') ? ofRelative(path, found) : ofPackage(path, found);
    return why === undefined ? [] : [`${path} imports ${found.from}: ${why}`];
  });
}

function ofRelative(path: string, { from }: Import): string | undefined {
  const target = posix.join(posix.dirname(path), from);
  const [here, there] = [areaOf(path), areaOf(target)];
  if (here === 'cli' && target.startsWith('infra/')) return undefined;
  if (!target.startsWith('src/')) return 'src imports only src, and the cli infra';
  if (here === there) return undefined;
  if (here === 'core') return 'core imports only itself';
  if (there === 'app') return 'only the app and tests import the app';
  if (here.startsWith('adapters/') && there.startsWith('adapters/')) return 'no adapter imports another';
  if (here.startsWith('adapters/') && there !== 'core') return 'an adapter imports core only';
  return undefined;
}

function ofPackage(path: string, { from, kind }: Import): string | undefined {
  const area = areaOf(path);
  if (isBuiltin(from)) return area === 'core' && kind === 'static' ? 'core loads builtins lazily' : undefined;
  if (area === 'core') return 'core imports no package';
  const name = packageOf(from);
  if (name === 'fastify' && area !== 'adapters/http') return 'only adapters/http knows Fastify';
  if (name === 'yargs' && area !== 'cli') return 'only the cli knows yargs';
  return undefined;
}

/** All TypeScript files below a folder: path relative to the project and source. */
export function sourcesBelow(project: string, folder: string): [path: string, source: string][] {
  const names = readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.ts')).map((name) => join(project, folder, name));
  return files.map((file) => [relative(project, file).split(sep).join('/'), readFileSync(file, 'utf8')]);
}
