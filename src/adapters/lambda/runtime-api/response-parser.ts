import { Gathered } from '../../../core/index.ts';
import { BODY_LIMIT, bodyLength, type Head, parseHead } from './response-head.ts';

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
/** A larger body does not keep its memory. */
const KEPT_LIMIT = 1024 * 1024;
const NO_BYTES = Buffer.alloc(0);
const CHUNK_SIZE = /^([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?$/;

type State = 'head' | 'fixed' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailers';

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
  /** Takes a body of known length that comes in pieces, and is kept for the next: its text is a copy. */
  #whole: Buffer = NO_BYTES;
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
    if (this.#state === 'fixed') this.#takeFixed(part);
    else this.#parts.push(Buffer.from(part));
    this.#missing -= part.length;
    if (this.#missing === 0) this.#state = this.#state === 'fixed' ? 'head' : 'chunk-end';
    return end;
  }

  #takeFixed(part: Buffer): void {
    // The usual case, a body whole in one piece, is decoded from where it is.
    if (this.#length === 0 && part.length === this.#missing) {
      this.#parts.push(part);
      return;
    }
    const size = this.#length + this.#missing;
    if (this.#whole.length < size) this.#whole = Buffer.allocUnsafeSlow(size);
    this.#length += part.copy(this.#whole, this.#length);
    if (this.#length === size) this.#parts.push(this.#whole.subarray(0, size));
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
    if (this.#whole.length > KEPT_LIMIT) this.#whole = NO_BYTES;
    return { status, headers, keepAlive, body: typeof body === 'string' ? body : body.toString() };
  }
}
