/** Compiles the framework's sources into the modules, declarations and scripts that the npm package ships. */
import { execFile } from 'node:child_process';
import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { BuildError, messageOf } from '../../src/build/executable/errors.ts';

const run = promisify(execFile);

/**
 * Compiles by `tsconfig.build.json` of `root` into `outDir`, which is emptied first: a module that is gone from the
 * sources must not stay in the package.
 * @returns how many modules there are
 * @throws BuildError with what the compiler found
 */
export async function compileLibrary(root: string, outDir: string): Promise<number> {
  await rm(outDir, { recursive: true, force: true });
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const project = join(root, 'tsconfig.build.json');
  try {
    await run(process.execPath, [tsc, '-p', project, '--outDir', outDir], { cwd: root });
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    throw new BuildError(`tsc -p ${project} failed:\n${stdout?.trim() || messageOf(error)}`);
  }
  await copyScripts(root, outDir);
  const names = await readdir(outDir, { recursive: true });
  const declarations = names.filter((name) => name.endsWith('.d.ts'));
  await Promise.all(declarations.map((name) => rewriteFile(join(outDir, name))));
  return declarations.length;
}

/** The compiler leaves the shell scripts of an instance behind. @throws BuildError when there are none */
async function copyScripts(root: string, outDir: string): Promise<void> {
  const names = await readdir(join(root, 'infra'), { recursive: true });
  const scripts = names.filter((name) => name.endsWith('.sh'));
  if (scripts.length === 0) throw new BuildError(`${join(root, 'infra')}: it has no shell script`);
  await Promise.all(scripts.map((name) => copyFile(join(root, 'infra', name), join(outDir, 'infra', name))));
}

async function rewriteFile(path: string): Promise<void> {
  await writeFile(path, withJsSpecifiers(await readFile(path, 'utf8')));
}

/**
 * Declarations with `./x.js` for `./x.ts`: the compiler rewrites specifiers in modules only, and `./x.ts` names a
 * file that the package does not have.
 */
export function withJsSpecifiers(declaration: string): string {
  return declaration.replace(/\b(from |import |import\()(['"])(\.[^'"]*)\.ts\2/g, '$1$2$3.js$2');
}
