/** What the bundle of an executable begins with. */
import { basename, extname, join } from 'node:path';
import type { build as Build, BuildOptions } from 'esbuild';
import type { Content } from './content.ts';
import { sha256 } from './files.ts';
import { withoutPaths } from './names.ts';
import { scriptOf } from './scripts.ts';
import { VIRTUAL_FOLDER } from './stacks/names.ts';

/**
 * ES modules are strict code; without the directive esbuild's CommonJS output would be sloppy, and a write to a
 * frozen object, say, would throw in tests and pass in the executable. yargs needs import.meta.url.
 */
export const BANNER = `"use strict";const __amphiImportMetaUrl=require("node:url").pathToFileURL(__filename).href;`;

/** Evaluated before the service, and bundled apart: by esbuild's `inject` every module would wait for it. */
const FIRST = join(import.meta.dirname, `first${extname(import.meta.filename)}`);
/** Of every error. */
const STACKS = join(import.meta.dirname, 'stacks', `prepare${extname(import.meta.filename)}`);

/** @param content takes the code that is loaded where it has something to do, and what that is made of */
export async function bannerOf(
  build: typeof Build,
  options: BuildOptions,
  content: Content,
): Promise<string> {
  return BANNER + (await stacks(build, options, content)) + (await first(build, options, content));
}

/** What goes before the service: the asset is loaded only where it may have something to do. */
async function first(build: typeof Build, options: BuildOptions, content: Content): Promise<string> {
  const load = await loaded(build, options, content, FIRST);
  return `if(process.connected||process.env.NODE_OPTIONS){const s=require("node:sea");if(s.isSea()){${load};if(m.exports.done)return}}`;
}

/** Stacks that name the service's own files, by an asset that the first of them loads. */
async function stacks(build: typeof Build, options: BuildOptions, content: Content): Promise<string> {
  const load = await loaded(build, options, content, STACKS);
  return `{let f;Error.prepareStackTrace=(e,t)=>{if(!f){const s=require("node:sea");f=(e,t)=>[e,...t].join("\\n    at ");if(s.isSea()){${load};f=m.exports.stackOf}}return f(e,t)}}`;
}

/** Puts a module of the build into an asset. @returns code that makes `m` its module, where `s` is node:sea */
async function loaded(
  build: typeof Build,
  options: BuildOptions,
  content: Content,
  path: string,
): Promise<string> {
  const { outputFiles, metafile } = await build({
    ...options,
    entryPoints: [path],
    metafile: true,
    write: false,
  });
  content.reads.metafiles.push(metafile);
  const code = withoutPaths(outputFiles[0]!.text, options.absWorkingDir!);
  const asset = `${basename(path, extname(path))}-${sha256(code).slice(0, 12)}.cjs`;
  content.assets.set(asset, code);
  const script = scriptOf(JSON.stringify(asset), JSON.stringify(VIRTUAL_FOLDER + asset));
  return `const m={exports:{}},{getAsset:a,getRawAsset:r}=s,{Script:S}=require("node:vm");${script}(m.exports,require,m,__filename,__dirname)`;
}
