type Params = Readonly<Record<string, string | readonly string[] | null | undefined>> | null | undefined;

/** Encodes parameters that API Gateway has decoded. Repeats keep their order; keys are in the event's order. */
export function encodedQuery(params: Params): string {
  return joinQuery(params, encodePart, encodePart);
}

/**
 * Joins parameters that the source split but did not decode: kept as sent, a bad `100%` included.
 * What cannot stand in a query (an emulator that decodes) is encoded.
 */
export function rawQuery(params: Params): string {
  return joinQuery(params, rawKey, rawValue);
}

/**
 * The multi-value parameters with those that stand only among the single ones: the console's test button and some
 * emulators fill in one of the two.
 */
export function mergedQuery(multi: Params, single: Params): Params {
  let merged: Record<string, string | readonly string[] | null | undefined> | undefined;
  for (const name in single) {
    if (multi && Object.hasOwn(multi, name)) continue;
    merged ??= { ...multi };
    merged[name] = single[name];
  }
  return merged ?? multi;
}

type Encode = (text: string) => string;

function joinQuery(params: Params, key: Encode, value: Encode): string {
  let out = '';
  for (const name in params) {
    const values = params[name];
    if (values === null || values === undefined) continue;
    const encoded = key(name);
    if (typeof values === 'string') out += `&${encoded}=${value(values)}`;
    else for (const one of values) out += `&${encoded}=${value(String(one))}`;
  }
  return out.slice(1);
}

function encodePart(text: string): string {
  return isPlain(text) ? text : encodeURIComponent(text.toWellFormed());
}

/** Letters, digits, `-`, `.`, `_` and `~` need no encoding. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const letter = (code | 32) >= 97 && (code | 32) <= 122;
    const digit = code >= 48 && code <= 57;
    if (!letter && !digit && code !== 45 && code !== 46 && code !== 95 && code !== 126) return false;
  }
  return true;
}

function rawKey(text: string): string {
  return rawValue(text).replaceAll('=', '%3D');
}

const IMPOSSIBLE = /[^\x21-\x7e]|[&#]/;
const EACH_IMPOSSIBLE = /[^\x21-\x7e]|[&#]/gu;

function rawValue(text: string): string {
  return IMPOSSIBLE.test(text) ? text.toWellFormed().replace(EACH_IMPOSSIBLE, encodeURIComponent) : text;
}
