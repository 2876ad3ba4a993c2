import { ConfigError, frameworkError } from './errors.ts';
import { decodeSegment } from './path.ts';

interface Leaf<T> {
  readonly value: T;
  /** Parameter names in path order; `*` for the wildcard. */
  readonly names: readonly string[];
}

interface Node<T> {
  readonly statics: Map<string, Node<T>>;
  param: Node<T> | undefined;
  leaf: Leaf<T> | undefined;
  wildcard: Leaf<T> | undefined;
}

export interface Match<T> {
  readonly value: T;
  readonly params: Readonly<Record<string, string>>;
}

export type Segment = { readonly kind: 'static' | 'param' | 'wildcard'; readonly name: string };

const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/**
 * Parses `/users/:id`, `/files/*`, `/a/b`. A parameter fills a whole segment; a wildcard is the last one.
 * `::` starts a segment that begins with a plain colon.
 * @throws ConfigError naming the path and what is wrong with it
 */
export function parsePath(path: string): Segment[] {
  const fail = (why: string) => new ConfigError(`route path ${JSON.stringify(path)}: ${why}`);
  if (typeof path !== 'string' || !path.startsWith('/')) throw fail('it must start with /');
  if (/[?#\s]/.test(path)) throw fail('it must not hold ?, # or white space');
  const texts = path.slice(1).split('/');
  const segments = texts.map((text, index) => parseSegment(text, index === texts.length - 1, fail));
  const names = segments.filter((s) => s.kind !== 'static').map((s) => s.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw fail(`parameter ${twice} stands twice`);
  return segments;
}

function parseSegment(text: string, last: boolean, fail: (why: string) => Error): Segment {
  if (text === '*') {
    if (!last) throw fail('a wildcard must be the last segment');
    return { kind: 'wildcard', name: '*' };
  }
  if (text.startsWith(':') && !text.startsWith('::')) return { kind: 'param', name: paramName(text, fail) };
  const braced = /^\{(\w+)\}$/.exec(text)?.[1];
  if (braced !== undefined) throw fail(`write the parameter as :${braced}, not ${text}`);
  if (/[*:]/.test(text.replace(/^::/, '')))
    throw fail(`segment ${text}: a parameter or wildcard must fill the whole segment`);
  return { kind: 'static', name: decodeStatic(text.replace(/^::/, ':'), fail) };
}

function paramName(text: string, fail: (why: string) => Error): string {
  const name = text.slice(1);
  if (!NAME.test(name))
    throw fail(`parameter name ${JSON.stringify(name)} must be a letter, then letters, digits and _`);
  return name;
}

function decodeStatic(text: string, fail: (why: string) => Error): string {
  const decoded = decodeSegment(text);
  if (decoded === undefined) throw fail(`segment ${text} has a bad escape`);
  return decoded;
}

/**
 * A trie over path segments, one for each method. Per segment a static match goes before a parameter,
 * a parameter before a wildcard, with backtracking: the order of find-my-way, which a test compares it with.
 */
export class Router<T> {
  readonly #root: Node<T> = emptyNode();

  /** @returns false when the same path shape is already there */
  add(path: string, value: T): boolean {
    let node = this.#root;
    const segments = parsePath(path);
    const names = segments.filter((s) => s.kind !== 'static').map((s) => s.name);
    for (const { kind, name } of segments) {
      if (kind === 'wildcard') {
        if (node.wildcard) return false;
        node.wildcard = { value, names };
        return true;
      }
      node = kind === 'param' ? paramChild(node) : staticChild(node, name);
    }
    if (node.leaf) return false;
    node.leaf = { value, names };
    return true;
  }

  /**
   * @param path percent-encoded, without query
   * @throws HttpError 400 `BAD_URL` for a bad escape
   */
  find(path: string): Match<T> | undefined {
    const segments = path.slice(1).split('/');
    const decoded = path.includes('%') ? segments.map((text) => staticText(text, path)) : segments;
    const values: string[] = [];
    const leaf = walk(this.#root, segments, decoded, 0, values);
    return leaf && { value: leaf.value, params: paramsOf(leaf, values) };
  }
}

function emptyNode<T>(): Node<T> {
  return { statics: new Map(), param: undefined, leaf: undefined, wildcard: undefined };
}

function paramChild<T>(node: Node<T>): Node<T> {
  node.param ??= emptyNode();
  return node.param;
}

function staticChild<T>(node: Node<T>, name: string): Node<T> {
  const known = node.statics.get(name);
  if (known) return known;
  const child: Node<T> = emptyNode();
  node.statics.set(name, child);
  return child;
}

function walk<T>(
  node: Node<T>,
  raw: string[],
  decoded: string[],
  at: number,
  values: string[],
): Leaf<T> | undefined {
  if (at === raw.length) return node.leaf;
  const child = node.statics.get(decoded[at]!);
  const found = child && walk(child, raw, decoded, at + 1, values);
  if (found) return found;
  // An empty segment fills a parameter too (`/users/` is `/users/:id`): find-my-way's rule, so Fastify's.
  if (node.param) {
    const depth = values.push(raw[at]!);
    const leaf = walk(node.param, raw, decoded, at + 1, values);
    if (leaf) return leaf;
    values.length = depth - 1;
  }
  if (node.wildcard) values.push(raw.slice(at).join('/'));
  return node.wildcard;
}

// As find-my-way's: no prototype, so that `params.constructor` is a parameter or undefined, and still fast.
const Params = function Params() {} as unknown as { new (): Record<string, string>; prototype: object };
Params.prototype = Object.create(null);

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze(new Params());

function paramsOf<T>(leaf: Leaf<T>, values: string[]): Readonly<Record<string, string>> {
  if (values.length === 0) return NO_PARAMS;
  const params = new Params();
  for (let i = 0; i < values.length; i++) params[leaf.names[i]!] = decodeParam(values[i]!);
  return params;
}

function decodeParam(raw: string): string {
  return raw.includes('%') ? decodeURIComponent(raw) : raw;
}

function staticText(text: string, path: string): string {
  const decoded = decodeSegment(text);
  if (decoded === undefined) throw frameworkError('BAD_URL', `The path ${path} has a bad percent escape.`);
  return decoded;
}
