/** Collects the paths by which a bundler, and who asks as it does, finds a module. */
import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** What the meaning of a module's imports depends on, in its folder and in each above. */
const NAMES = ['package.json', 'node_modules', 'tsconfig.json', 'jsconfig.json'];
const PLUG_AND_PLAY = ['.pnp.data.json', '.pnp.cjs', '.pnp.js'];

/** Lets modules be found where no path tells: in other files, or in folders that hold none yet. */
const REDIRECTS = /"(extends|paths|baseUrl)"/;

export class Places {
  /** Files, folders and symbolic links that are there, and names that are not. */
  readonly paths = new Set<string>();
  /** False: there are rules that this class does not know. */
  known = true;
  readonly #done = new Set<string>();
  readonly #above = new Map<string, readonly string[]>();

  /** A module that was found. @throws when there is none */
  file(path: string): void {
    if (!this.#isNew(`file ${path}`)) return;
    this.only(path);
    this.#folder(dirname(realpathSync.native(path)));
  }

  /** A file whose surroundings are of no interest, or which is not there. */
  only(path: string): void {
    this.paths.add(isThere(path) ? this.#follow(path) : path);
  }

  /** What was read at `path`: a file, or a folder with all below it. */
  tree(path: string): void {
    if (!isFolder(path)) {
      this.file(path);
      return;
    }
    const folder = this.#follow(path);
    this.#folder(folder);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) this.tree(join(folder, entry.name));
      else this.paths.add(join(folder, entry.name));
    }
  }

  /** A path that was looked for, with any extension or as a folder: where a new file may be what is found instead. */
  lookup(path: string): void {
    if (!this.#isNew(`lookup ${path}`)) return;
    if (isFolder(path)) this.#found(path);
    else if (isThere(path)) this.only(path);
    let above = dirname(path);
    while (!isFolder(above)) above = dirname(above);
    this.#found(above);
  }

  /** A package, or a module of it, that was looked for from `folder`. */
  package(name: string, folder: string): void {
    if (!this.#isNew(`package ${name} ${folder}`)) return;
    const top = name.split('/', name.startsWith('@') ? 2 : 1).join('/');
    for (const modules of this.#modules(folder))
      if (isThere(join(modules, top))) this.lookup(join(modules, name));
  }

  /** Imports name the same again and again. */
  #isNew(task: string): boolean {
    const { size } = this.#done;
    return this.#done.add(task).size > size;
  }

  /** What is above counts by either path: with the links that led there, and behind them. */
  #found(folder: string): void {
    this.#modules(folder);
    this.#folder(this.#follow(folder));
  }

  /** All entries of a folder count, and what is around it. */
  #folder(path: string): void {
    this.paths.add(path);
    this.#modules(path);
  }

  /** @returns the folders `node_modules` of a folder and those above it, whose names are collected on the way */
  #modules(folder: string): readonly string[] {
    const known = this.#above.get(folder);
    if (known) return known;
    const above = folder === dirname(folder) ? [] : this.#modules(dirname(folder));
    const modules = isThere(join(folder, 'node_modules')) ? [join(folder, 'node_modules'), ...above] : above;
    this.#above.set(folder, modules);
    for (const name of NAMES) this.#name(join(folder, name));
    for (const name of PLUG_AND_PLAY) this.known &&= !isThere(join(folder, name));
    return modules;
  }

  #name(path: string): void {
    this.only(path);
    if (!isThere(path)) return;
    if (path.endsWith('package.json')) this.#main(path);
    else if (path.endsWith('.json') && !path.includes(`${sep}node_modules${sep}`))
      this.known &&= !REDIRECTS.test(readFileSync(path, 'utf8'));
  }

  /** The main module may be named without extension, and is then looked for. */
  #main(manifest: string): void {
    const { main, module } = (readManifest(manifest) ?? {}) as { main?: unknown; module?: unknown };
    for (const path of [main, module])
      if (typeof path === 'string') this.lookup(resolve(dirname(manifest), path));
  }

  /** @returns the path behind all symbolic links on the way, each of which is collected */
  #follow(path: string): string {
    const real = realpathSync.native(path);
    if (real === path) return real;
    for (let end = path.indexOf(sep, 1); ; end = path.indexOf(sep, end + 1)) {
      const at = end < 0 ? path : path.slice(0, end);
      if (lstatSync(at).isSymbolicLink()) {
        this.paths.add(at);
        return this.#follow(join(resolve(dirname(at), readlinkSync(at)), relative(at, path)));
      }
      // No link, but another spelling.
      if (end < 0) return real;
    }
  }
}

/** What is no JSON names nothing. */
function readManifest(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
