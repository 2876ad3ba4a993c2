import type { Reads } from './reads.ts';

/** Name of an asset and its code. */
export type Assets = Map<string, string>;

/** Name of an asset and its bytes. */
export type Files = Map<string, Uint8Array>;

/** What goes into the executable beside the bundle. */
export interface Content {
  /** Code that is compiled at first use. */
  readonly assets: Assets;
  /** Absolute path of the warm-up of each that has one, see code-caches.ts. */
  readonly warmUps: Map<string, string>;
  /** What the assets were made of. */
  readonly assetInputs: Set<string>;
  /** Files that are written to a folder at first use. */
  readonly files: Files;
  /** What all bundles were made of. */
  readonly reads: Reads;
}
