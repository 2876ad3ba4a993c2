import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, posix } from 'node:path';
import { importsOf } from '../../core/import-rules.ts';

/** An entry of `npm pack --json`. */
export interface PackedFile {
  readonly path: string;
  readonly size: number;
}

const WANTED = [/^package\.json$/, /^README\.md$/, /^LICENSE/, /^dist\/lib\/(src|infra)\/.*\.js$/];
const DECLARATION = /^dist\/lib\/(src|infra)\/.*\.d\.ts$/;
const SCRIPT = /^dist\/lib\/infra\/instance\/.*\.sh$/;
const SAMPLE = /^src\/app\/.*\.ts$/;

/** The first boot of an instance, which the compiler does not copy. */
const SCRIPTS = ['boot', 'tls', 'cloudwatch', 'settle'].map((name) => `dist/lib/infra/instance/${name}.sh`);

/** What is wrong with the files of the package, as they are in `project`; one line each. */
export async function packageProblems(project: string, files: readonly PackedFile[]): Promise<string[]> {
  const paths = new Set(files.map(({ path }) => path));
  const problems = [...missingFrom(paths, await manifestOf(project))];
  for (const path of paths) {
    if (![...WANTED, DECLARATION, SCRIPT, SAMPLE].some((pattern) => pattern.test(path))) {
      problems.push(`${path} does not belong in the package`);
    }
    const text = await readFile(join(project, path), 'utf8');
    for (const machine of [project, homedir()]) {
      if (machine !== '/' && text.includes(`${machine}/`)) problems.push(`${path} names ${machine}`);
    }
    if (path.startsWith('dist/')) problems.push(...danglingImports(path, text, paths));
  }
  return problems;
}

interface Manifest {
  readonly bin: Record<string, string>;
  readonly exports: Record<string, string | Record<string, string>>;
}

async function manifestOf(project: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
}

function missingFrom(paths: ReadonlySet<string>, { bin, exports }: Manifest): string[] {
  // The sources are in the repository only.
  const targets = Object.values(exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : [entry.types!, entry.default!],
  );
  const named = [...targets, ...Object.values(bin), 'src/app/main.ts', 'src/app/registry.ts', ...SCRIPTS];
  return named.map((path) => posix.normalize(path)).filter((path) => !paths.has(path));
}

// A declaration's ./x.js is the declaration ./x.d.ts.
function danglingImports(path: string, text: string, paths: ReadonlySet<string>): string[] {
  const relative = importsOf(text).filter(({ from }) => from.startsWith('.'));
  return relative.flatMap(({ from }) => {
    const target = posix.join(posix.dirname(path), from);
    const file = path.endsWith('.d.ts') ? target.replace(/\.js$/, '.d.ts') : target;
    return paths.has(file) ? [] : [`${path} imports ${from}, which is not in the package`];
  });
}
