import { realpath } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import send from '@fastify/send';
import { HttpError, type HttpRequest, type Reply, reply } from '../core/index.ts';
import { failedCondition, stateOf, takesRange } from './file-state.ts';
import { negotiated } from './negotiated.ts';
import { folderOf, type StaticFilesOptions } from './static-options.ts';

/** By preference, where the client has none: the smaller first. */
const ENCODINGS: readonly [encoding: string, suffix: string][] = [
  ['br', '.br'],
  ['zstd', '.zst'],
  ['gzip', '.gz'],
];

/** A file before it is opened. */
interface Found {
  /** Without symbolic links. */
  readonly path: string;
  /** Below the root, with `/`. */
  readonly name: string;
  readonly stat: send.FileSendResult['metadata']['stat'];
  readonly type: string | undefined;
}

/** The files of one folder. */
export class FileServer {
  readonly #options: StaticFilesOptions;
  readonly #root: string;

  /** @throws ConfigError for a root that is no folder */
  constructor(options: StaticFilesOptions) {
    const { root } = options;
    this.#options = options;
    this.#root = folderOf(typeof root === 'function' ? root() : root);
  }

  async serve(request: HttpRequest): Promise<Reply> {
    const { fallback } = this.#options;
    const path = encodedPath(request.params['*'] ?? '');
    const found = path === undefined ? undefined : await this.#find(path);
    if (found === 'folder') return toFolder(request);
    if (found) return this.#answer(found, request);
    const page =
      isNavigation(request) && fallback !== undefined ? await this.#find(`/${fallback}`) : undefined;
    if (typeof page === 'object') return this.#answer(page, request);
    throw new HttpError(404, 'FILE_NOT_FOUND', `There is no file ${request.path}.`);
  }

  /** @param path percent-encoded, with a slash first */
  async #find(path: string): Promise<Found | 'folder' | undefined> {
    const { index = 'index.html' } = this.#options;
    const result = await send(HEAD, path, { root: this.#root, index, dotfiles: 'ignore', ...BARE });
    if (result.type === 'directory') return index === false ? undefined : 'folder';
    if (result.type === 'error') {
      // ENOENT and its like are 404, all else is ours to look into.
      if (result.statusCode < 500) return undefined;
      throw result.metadata.error;
    }
    const { path: file, stat } = result.metadata;
    const [root, real] = await Promise.all([realpath(this.#root), realpath(file)]);
    const name = relative(root, real);
    // A symbolic link may lead elsewhere below the root, not out of it.
    if (name === '..' || name.startsWith(`..${sep}`)) return undefined;
    return { path: real, name, stat, type: result.headers['Content-Type'] };
  }

  async #answer(plain: Found, request: HttpRequest): Promise<Reply> {
    const { precompressed = true } = this.#options;
    const [encoding, found] = precompressed ? await this.#preferred(plain, request) : [undefined, plain];
    const state = await stateOf(found.path, found.stat);
    const headers = {
      etag: state.etag,
      'last-modified': state.modified,
      'cache-control': this.#cacheControl(plain.name),
      ...(precompressed ? { vary: 'accept-encoding' } : {}),
    };
    const instead = failedCondition(request.headers, state);
    if (instead === 412)
      throw new HttpError(412, 'PRECONDITION_FAILED', 'The file is another than the request wants.');
    if (instead) return reply(undefined, { status: instead, headers });
    const { status, body, range } = await open(found, request, takesRange(request.headers, state));
    const about = { 'content-type': plain.type, 'content-encoding': encoding, 'accept-ranges': 'bytes' };
    return reply(body, { status, headers: { ...headers, ...about, ...range } });
  }

  async #preferred(plain: Found, { headers }: HttpRequest): Promise<[string | undefined, Found]> {
    const accepted = headers['accept-encoding'];
    if (accepted === undefined) return [undefined, plain];
    const beside = new Map<string, Found>();
    for (const [encoding, suffix] of ENCODINGS) {
      const found = await this.#find(
        `/${encoded(relative(await realpath(this.#root), plain.path))}${suffix}`,
      );
      if (typeof found === 'object') beside.set(encoding, found);
    }
    const encoding = negotiated(accepted, [...beside.keys()]);
    return encoding === undefined ? [undefined, plain] : [encoding, beside.get(encoding)!];
  }

  #cacheControl(name: string): string {
    const { cacheControl, maxAge = 0, immutable = false } = this.#options;
    if (typeof cacheControl === 'function') return cacheControl(name);
    return cacheControl ?? `public, max-age=${maxAge}${immutable ? ', immutable' : ''}`;
  }
}

/** Conditions and caching are not left to it: its ETag is of size and time. */
const BARE = { cacheControl: false, etag: false, lastModified: false } as const;
const requestOf = (method: string, range?: string): Readable =>
  ({ method, headers: range === undefined ? {} : { range } }) as unknown as Readable;
const HEAD = requestOf('HEAD');

interface Opened {
  readonly status: number;
  readonly body: Readable;
  readonly range: Record<string, string | undefined>;
}

async function open(found: Found, { method, headers }: HttpRequest, ranges: boolean): Promise<Opened> {
  const wanted = requestOf(method, ranges ? headers.range : undefined);
  // Which path it is has been decided.
  const options = { ...BARE, dotfiles: 'allow', index: false, contentType: false } as const;
  const { statusCode, headers: sent, stream } = await send(wanted, encodeURIComponent(found.path), options);
  const range = { 'content-range': sent['Content-Range'], 'content-length': sent['Content-Length'] };
  if (statusCode < 400) return { status: statusCode, body: stream, range };
  if (statusCode !== 416) throw new HttpError(404, 'FILE_NOT_FOUND', 'The file has gone.');
  const about = { headers: { 'content-range': range['content-range']! } };
  throw new HttpError(416, 'RANGE_NOT_SATISFIABLE', 'The file has no such range.', about);
}

const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/**
 * The path below the root, decoded once and once only. Backslashes and NUL are in no name that is served, and what still
 * has `.` or `..` after decoding hopes to be misread.
 */
function encodedPath(below: string): string | undefined {
  if (/[\\\0]/.test(below) || below.split('/').some((segment) => /^\.{1,2}$/.test(segment))) return undefined;
  return `/${encoded(below)}`;
}

/** A link in the page is relative to the folder only where its URL ends so; relative itself, as a stage may be before it. */
function toFolder({ path, url }: HttpRequest): Reply {
  const query = url.indexOf('?') < 0 ? '' : url.slice(url.indexOf('?'));
  return reply(undefined, { status: 308, headers: { location: `./${path.split('/').at(-1)}/${query}` } });
}

const isNavigation = ({ headers }: HttpRequest): boolean => /\btext\/html\b/i.test(headers.accept ?? '');
