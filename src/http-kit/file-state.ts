import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { isSea } from 'node:sea';
import fresh from 'fresh';

/** What conditional requests compare. */
export interface FileState {
  readonly etag: string;
  /** Not in an executable: there it would be when the file was unpacked. */
  readonly modified: string | undefined;
}

/** A file larger than that is told by size and time, not read whole for its ETag. */
const LARGE = 64 * 1024 * 1024;
const MOST_KEPT = 10_000;
const known = new Map<string, Promise<string>>();

/**
 * The ETag is of the content, so that it is the same on every machine, in every Lambda environment, and after an executable
 * has unpacked the file again.
 */
export async function stateOf(path: string, { size, mtimeMs, mtime }: Stats): Promise<FileState> {
  const modified = isSea() ? undefined : mtime.toUTCString();
  if (size > LARGE) return { etag: `W/"${size.toString(16)}-${Math.round(mtimeMs).toString(16)}"`, modified };
  const key = `${path} ${size} ${mtimeMs}`;
  let etag = known.get(key);
  if (etag === undefined) {
    etag = hashOf(path);
    if (known.size >= MOST_KEPT) known.clear();
    known.set(key, etag);
    etag.catch(() => known.delete(key));
  }
  return { etag: await etag, modified };
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return `"${hash.digest('base64url').slice(0, 27)}"`;
}

type Headers = Readonly<Record<string, string>>;

/**
 * The preconditions of a GET, in the order of RFC 9110, 13.2.2.
 * @returns the status in place of 200
 */
export function failedCondition(headers: Headers, { etag, modified }: FileState): 304 | 412 | undefined {
  const match = headers['if-match'];
  if (match !== undefined && !matches(match, etag)) return 412;
  return fresh(headers, { etag, ...(modified && { 'last-modified': modified }) }) ? 304 : undefined;
}

/** Whether a range is of what the client has (If-Range). */
export function takesRange({ 'if-range': condition }: Headers, { etag, modified }: FileState): boolean {
  if (condition === undefined) return true;
  return condition.includes('"') ? strong(condition.trim(), etag) : condition === modified;
}

function matches(list: string, etag: string): boolean {
  return list.trim() === '*' || list.split(',').some((tag) => strong(tag.trim(), etag));
}

const strong = (a: string, b: string): boolean => a === b && !a.startsWith('W/');
