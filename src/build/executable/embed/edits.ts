import { existsSync, readdirSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Edit } from '../edit.ts';
import { messageOf } from '../errors.ts';
import type { Reads } from '../reads.ts';
import { addonsIn, findAddon, packageFolder } from './addons.ts';
import type { AddonReference, FileReference, Reference, RequireReference } from './kinds.ts';

/** `always`: in packages too. Without `fatal` it is a warning. */
interface Problem {
  readonly problem: string;
  readonly fatal: boolean;
  readonly always?: boolean;
}

type Result = { readonly edit: Edit } | Problem | Record<never, never>;

const WAY_OUT =
  "name it as new URL('./x', import.meta.url), with a literal path, and it becomes part of the executable";

/**
 * What is to be done about a reference.
 * @param file absolute path of the module
 * @param reads takes what was looked at, unless an import of it is left
 */
export async function editsOf(
  reference: Reference,
  file: string,
  code: string,
  reads: Reads,
): Promise<Result> {
  switch (reference.kind) {
    case 'file':
      return fileEdit(reference, file);
    case 'require':
      return requireEdit(reference, code);
    case 'declared':
      return edit(reference, 'require$created');
    case 'addon':
      // A finder is a package's own code: it looks at folders and variables that it names nowhere.
      reads.traceable = false;
      return addonEdit(reference, file);
    case 'child_process':
      return /\bfork\b/.test(code) ? edit(reference, '"amphi:child_process"') : {};
    case 'lost':
      return fatal(
        `a worker or forked process cannot find its script by this path in an executable: ${WAY_OUT}`,
      );
    case 'computed':
      return computedRequire(file, reads);
    case 'folder': {
      const problem = `this is the folder of the executable, where no file of the source is: ${WAY_OUT}`;
      return { problem, fatal: false };
    }
  }
}

const edit = ({ start, end }: Reference, text: string): Result => ({ edit: { start, end, text } });
const fatal = (problem: string): Problem => ({ problem, fatal: true });

function fileEdit(reference: FileReference, file: string): Result {
  const { target, script } = reference;
  if (target === undefined) return fatal(`an executable does not hold a file of a computed name: ${WAY_OUT}`);
  // A URL of its own, or an absolute path.
  if (/^([a-z][a-z\d+.-]*:|\/|#|\?|$)/i.test(target)) return {};
  const path = fileURLToPath(new URL(target, pathToFileURL(file)));
  if (!existsSync(path)) return fatal(`there is no ${target} to put into the executable`);
  const folder = statSync(path).isDirectory();
  if (folder && `${dirname(file)}${sep}`.startsWith(path.endsWith(sep) ? path : path + sep))
    return fatal('this is the folder of the source, which an executable does not hold: name one below it');
  const odd = folder ? noFileIn(path) : undefined;
  if (odd !== undefined)
    return fatal(`${join(target, odd)} is a symbolic link or no file: an executable holds plain files only`);
  const kind = !folder && (script || /\.[cm]?ts$/.test(path)) ? 'script' : 'file';
  return edit(reference, `new URL(require(${JSON.stringify(`amphi:${kind}:${path}`)}))`);
}

/** What would be left out without a word. */
function noFileIn(folder: string): string | undefined {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const odd = entries.find((entry) => !entry.isFile() && !entry.isDirectory());
  return odd && relative(folder, join(odd.parentPath, odd.name));
}

/** An addon is what a package with an addon loads so; other code that does is mostly for other bundlers. */
async function computedRequire(file: string, reads: Reads): Promise<Result> {
  if (!file.includes(`${sep}node_modules${sep}`)) return {};
  const folder = await packageFolder(file);
  reads.trees.add(folder);
  const addon = addonsIn(folder)[0];
  if (addon === undefined) return {};
  const name = folder.split(`${sep}node_modules${sep}`).at(-1);
  const problem = `${name} finds its addon by a computed name, which an executable does not hold: import an entry of ${name} that names the file, or load it by createRequire(import.meta.url)('${name}/${addon}')`;
  return { ...fatal(problem), always: true };
}

function requireEdit(reference: RequireReference, code: string): Result {
  const { target, start, end } = reference;
  if (target === undefined) {
    const name = code.slice(start, end);
    const kept = edit(reference, name === 'require' ? 'require$created' : name);
    const problem =
      'an executable does not hold a module of a computed name: give createRequire a literal one';
    return { ...kept, problem, fatal: true };
  }
  return isBuiltin(target) ? edit(reference, 'process.getBuiltinModule') : edit(reference, 'require');
}

async function addonEdit(reference: AddonReference, file: string): Promise<Result> {
  const { finder, name } = reference;
  if (finder === 'bindings' && name === undefined)
    return { ...fatal('an executable does not hold an addon of a computed name'), always: true };
  try {
    return edit(reference, `require(${JSON.stringify(await findAddon(finder, name, file))})`);
  } catch (error) {
    const why = messageOf(error).split('\n')[0];
    return { ...fatal(`the addon is not there, build it by npm rebuild: ${why}`), always: true };
  }
}
