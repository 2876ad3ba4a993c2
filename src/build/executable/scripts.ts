/** Scripts in an executable: functions of what a CommonJS module gets, each with a code cache beside it. */

const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];

/** What a script begins with; columns of its first line begin behind it. */
export const HEAD = `(function(${PARAMETERS.join()}){`;

export const wrapped = (code: string): string => `${HEAD}${code}\n})`;

/** Ends the name of the asset that holds a script's V8 code cache. */
export const CACHE_SUFFIX = '.cache';

/**
 * An expression that evaluates a script, where `a`, `r` and `S` are getAsset, getRawAsset and Script.
 * @param asset expression of its name
 * @param filename expression of what stack traces show
 */
export function scriptOf(asset: string, filename: string): string {
  const options = `{filename:${filename},columnOffset:-${HEAD.length},cachedData:Buffer.from(r(${asset}+"${CACHE_SUFFIX}"))}`;
  return `new S(a(${asset},"utf8"),${options}).runInThisContext()`;
}
