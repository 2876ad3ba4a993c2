/** What a module may refer to that a bundler does not see. */

interface Found {
  /** Offsets in the source that was given. */
  readonly start: number;
  readonly end: number;
}

/** `new URL('./x', import.meta.url)`; `script` where it goes to a worker or to `fork`. No target: it is computed. */
export interface FileReference extends Found {
  readonly kind: 'file';
  readonly target: string | undefined;
  readonly script: boolean;
}

/** A module that a `createRequire` of this module's own path loads; `start` to `end` is what is called. */
export interface RequireReference extends Found {
  readonly kind: 'require';
  readonly target: string | undefined;
}

/** The name of such a function where it is declared, if that is `require`: it hides the bundler's. */
export interface DeclaredRequire extends Found {
  readonly kind: 'declared';
}

/** `require('bindings')('x')` or `require('node-gyp-build')(__dirname)`: an addon by its finder. */
export interface AddonReference extends Found {
  readonly kind: 'addon';
  readonly finder: 'bindings' | 'node-gyp-build';
  /** What bindings looks for; no name: it is computed. */
  readonly name: string | undefined;
}

/** The name of the module `child_process`, where it is imported. */
export interface ChildProcessReference extends Found {
  readonly kind: 'child_process';
}

/** A worker or a forked process of a path that names nothing in an executable, such as the module's own. */
export interface LostScript extends Found {
  readonly kind: 'lost';
}

/** The folder of the module, which is that of the executable. */
export interface FolderReference extends Found {
  readonly kind: 'folder';
}

/** `require` of a computed name, by which packages load an addon. */
export interface ComputedRequire extends Found {
  readonly kind: 'computed';
}

export type Reference =
  | ComputedRequire
  | LostScript
  | FolderReference
  | FileReference
  | RequireReference
  | DeclaredRequire
  | AddonReference
  | ChildProcessReference;
