import { Gathered } from '../../../core/index.ts';

/** A whole HTTP response of the Runtime or Extensions API. */
export interface HttpResponse {
  readonly status: number;
  /** Lower-case names; repeated lines joined by `, `. Values are latin1, as they came. */
  readonly headers: Readonly<Record<string, string>>;
  /** UTF-8 decoded. */
  readonly body: string;
  /** Whether the peer keeps the connection open. */
  readonly keepAlive: boolean;
}

const HEAD_LIMIT = 256 * 1024;
const LINE_LIMIT = 4096;
/** Events are at most 6 MB; far above that something else is talking. */
const BODY_LIMIT = 64 * 1024 * 1024;
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const BAD_VALUE = /[\0\r\n]/;
const CHUNK_SIZE = /^([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?$/;

type State = 'head' | 'fixed' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailers';

interface Head {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly keepAlive: boolean;
}

/**
 * Reads one HTTP/1.1 response at a time, from pieces cut anywhere. Strict: what could be understood in
 * two ways is an error, because an event must never be guessed. A response needs a length.
 */
export class ResponseParser {
  #state: State = 'head';
  #head: Head | undefined;
  /** Bytes of an unfinished head or line. */
  readonly #rest = new Gathered();
  /** How many of them hold no end. */
  #searched = 0;
  #parts: Buffer[] = [];
  #missing = 0;
  #length = 0;

  /** Whether a response has begun and is not whole. */
  get begun(): boolean {
    return this.#state !== 'head' || this.#rest.length > 0;
  }

  /**
   * Takes the next piece; the buffer may be reused afterwards.
   * @returns the response, once it is whole
   * @throws Error for anything that is not HTTP/1.1 as the Runtime API speaks it
   */
  feed(piece: Buffer): HttpResponse | undefined {
    const data = this.#rest.length > 0 ? this.#rest.add(piece) : piece;
    let at = 0;
    while (true) {
      const next = this.#step(data, at);
      if (next < 0) {
        this.#keep(data, at);
        return undefined;
      }
      at = next;
      this.#searched = 0;
      if (this.#state !== 'head' || this.#head === undefined) continue;
      if (at < data.length) throw new Error('bytes after the end of the response');
      return this.#finish();
    }
  }

  /** Copied: the socket reads into one buffer again and again. */
  #keep(data: Buffer, at: number): void {
    const kept = at === 0 && this.#rest.length > 0;
    if (!kept) {
      const left = Buffer.from(data.subarray(at));
      this.#rest.clear();
      if (left.length > 0) this.#rest.add(left);
    }
    this.#searched = this.#rest.length;
  }

  /** Where `end` stands, whose beginning may have come with an earlier piece. */
  #find(end: string, data: Buffer, at: number): number {
    const from = at === 0 ? Math.max(0, this.#searched - end.length + 1) : at;
    return data.indexOf(end, from, 'latin1');
  }

  /** @returns the offset up to which `data` is used, or -1 when more bytes are needed */
  #step(data: Buffer, at: number): number {
    switch (this.#state) {
      case 'head':
        return this.#readHead(data, at);
      case 'fixed':
      case 'chunk-data':
        return this.#readBody(data, at);
      default:
        return this.#readLine(data, at);
    }
  }

  #readHead(data: Buffer, at: number): number {
    const end = this.#find('\r\n\r\n', data, at);
    if (end < 0) {
      if (data.length - at > HEAD_LIMIT) throw new Error(`response head is over ${HEAD_LIMIT} bytes`);
      return -1;
    }
    const head = parseHead(data.toString('latin1', at, end));
    // An interim response (100 Continue and others) precedes the real one.
    if (head.status < 200) return end + 4;
    this.#head = head;
    this.#begin(bodyLength(head));
    return end + 4;
  }

  #begin(length: number | 'chunked'): void {
    if (length === 'chunked') {
      this.#state = 'chunk-size';
    } else if (length > 0) {
      this.#state = 'fixed';
      this.#missing = length;
    }
  }

  #readBody(data: Buffer, at: number): number {
    const end = Math.min(data.length, at + this.#missing);
    if (end === at) return -1;
    const part = data.subarray(at, end);
    this.#missing -= part.length;
    const whole = this.#missing === 0;
    // The usual case, a body whole in one piece, is decoded from where it is.
    this.#parts.push(whole && this.#state === 'fixed' ? part : Buffer.from(part));
    if (whole) this.#state = this.#state === 'fixed' ? 'head' : 'chunk-end';
    return end;
  }

  #readLine(data: Buffer, at: number): number {
    const end = this.#find('\r\n', data, at);
    if ((end < 0 ? data.length : end) - at > LINE_LIMIT) throw new Error('chunk or trailer line is too long');
    if (end < 0) return -1;
    this.#takeLine(data.toString('latin1', at, end));
    return end + 2;
  }

  #takeLine(line: string): void {
    if (this.#state === 'chunk-end') {
      if (line !== '') throw new Error('a chunk is longer than its size says');
      this.#state = 'chunk-size';
    } else if (this.#state === 'chunk-size') {
      this.#beginChunk(line);
    } else if (line === '') {
      this.#state = 'head';
    }
  }

  #beginChunk(line: string): void {
    const match = CHUNK_SIZE.exec(line);
    if (!match) throw new Error(`bad chunk size ${JSON.stringify(line)}`);
    this.#missing = Number.parseInt(match[1]!, 16);
    this.#length += this.#missing;
    if (this.#length > BODY_LIMIT) throw new Error(`response body is over ${BODY_LIMIT} bytes`);
    this.#state = this.#missing === 0 ? 'trailers' : 'chunk-data';
  }

  #finish(): HttpResponse {
    const { status, headers, keepAlive } = this.#head!;
    const parts = this.#parts;
    const body = parts.length === 0 ? '' : parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    this.#head = undefined;
    this.#rest.clear();
    this.#parts = [];
    this.#length = 0;
    return { status, headers, keepAlive, body: typeof body === 'string' ? body : body.toString() };
  }
}

function parseHead(text: string): Head {
  const lines = text.split('\r\n');
  const match = STATUS_LINE.exec(lines[0]!);
  if (!match) throw new Error(`bad status line ${JSON.stringify(lines[0]!.slice(0, 80))}`);
  const headers: Record<string, string> = Object.create(null);
  for (let index = 1; index < lines.length; index += 1) addLine(headers, lines[index]!);
  const connection = headers.connection?.toLowerCase() ?? '';
  const keepAlive = match[1] === '1' ? !connection.includes('close') : connection.includes('keep-alive');
  return { status: Number(match[2]), headers, keepAlive };
}

function addLine(headers: Record<string, string>, line: string): void {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(0, colon));
  if (!TOKEN.test(name)) throw new Error(`bad header line ${JSON.stringify(line.slice(0, 80))}`);
  const value = line.slice(colon + 1).trim();
  if (BAD_VALUE.test(value)) throw new Error(`header ${name} has a control character`);
  const key = name.toLowerCase();
  const known = headers[key];
  if (known === undefined) headers[key] = value;
  else if (key !== 'content-length') headers[key] = `${known}, ${value}`;
  else if (known !== value) throw new Error('two different content-length headers');
}

function bodyLength({ status, headers }: Head): number | 'chunked' {
  const coding = headers['transfer-encoding'];
  const length = headers['content-length'];
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked') throw new Error(`transfer-encoding ${coding} is not supported`);
    if (length !== undefined) throw new Error('both content-length and transfer-encoding');
    return 'chunked';
  }
  if (status === 204 || status === 304) return 0;
  if (length === undefined) throw new Error('the response has neither content-length nor chunks');
  if (!/^\d{1,15}$/.test(length)) throw new Error(`bad content-length ${JSON.stringify(length)}`);
  if (Number(length) > BODY_LIMIT) throw new Error(`response body is over ${BODY_LIMIT} bytes`);
  return Number(length);
}
