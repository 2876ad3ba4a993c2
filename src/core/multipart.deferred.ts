import type { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import { frameworkError, type HttpError } from './errors.ts';
import type { FilePart, FormLimits, FormPart } from './form.ts';

const MB = 1024 * 1024;
/** What people fill in has less. */
export const DEFAULT_FORM_LIMITS: Required<FormLimits> = {
  ...{ parts: 1000, fields: 1000, files: 100 },
  ...{ fieldSize: MB, fileSize: Number.POSITIVE_INFINITY, headerSize: MB / 64 },
};

type BusboyParser = InstanceType<typeof Busboy>;

/** What is parsed in one turn: the parser looks at its back-pressure only between pieces. */
const PIECE = 64 * 1024;

/** Headers of one part that the parser keeps, bytes, whatever they are: what it tells of them is checked for its size. */
const KEPT_HEADERS = 80 * 1024;

/**
 * The parts of a multipart form, as they come. A file that is left unread, or in its middle, is passed over when the next
 * part is asked for. Whoever leaves the loop ends the reading.
 * @throws HttpError 400 `BAD_MULTIPART`, 413 `PAYLOAD_TOO_LARGE`, 415 `UNSUPPORTED_MEDIA_TYPE`
 */
export async function* multipartParts(
  chunks: AsyncIterable<Uint8Array>,
  contentType: string | undefined,
  limits: FormLimits,
  wanted = 'multipart/form-data',
): AsyncGenerator<FormPart, undefined, undefined> {
  if (!/^multipart\/form-data *(;|$)/i.test(contentType ?? ''))
    throw frameworkError('UNSUPPORTED_MEDIA_TYPE', `The body must be ${wanted}.`);
  const parser = new Parser(contentType!, { ...DEFAULT_FORM_LIMITS, ...limits });
  void parser.pump(chunks);
  try {
    for (let part = await parser.next(); part; part = await parser.next()) {
      yield part;
      if (part instanceof StreamedFile) part.passOver();
    }
  } finally {
    parser.leave();
  }
}

/** Busboy tells of parts by events; they wait here until they are taken, and no more is parsed until then. */
class Parser {
  readonly #busboy: BusboyParser;
  readonly #limits: Required<FormLimits>;
  readonly #parts: FormPart[] = [];
  #file: StreamedFile | undefined;
  /** Set at the end, good or bad. */
  #over: { readonly error?: unknown } | undefined;
  #wakeReader: (() => void) | undefined;
  #wakePump: (() => void) | undefined;

  constructor(contentType: string, limits: Required<FormLimits>) {
    this.#limits = limits;
    this.#busboy = busboyOf(contentType, limits)
      .on('field', (escaped, value, _nameCut, cut, _encoding, type) => {
        const name = unescaped(escaped);
        if (cut) this.fail(tooMuch(`a value of more than ${limits.fieldSize} bytes`));
        else if (this.#isNamed(name, type)) this.#add({ kind: 'field', name: name!, value, type });
      })
      .on('file', (escaped, stream, given, _encoding, type) => {
        // A browser sends an empty name where no file was chosen.
        const [name, filename] = [unescaped(escaped), unescaped(given) ?? ''];
        this.#file = new StreamedFile(this, stream, name!, filename, type);
        stream.on('limit', () => this.fail(tooMuch(`a file of more than ${limits.fileSize} bytes`)));
        if (this.#isNamed(name, filename, type)) this.#add(this.#file);
      })
      .on('partsLimit', () => this.fail(tooMuch(`more than ${limits.parts} parts`)))
      .on('fieldsLimit', () => this.fail(tooMuch(`more than ${limits.fields} fields`)))
      .on('filesLimit', () => this.fail(tooMuch(`more than ${limits.files} files`)))
      .on('error', (error) => this.fail(badForm((error as Error).message)))
      .on('finish', () => this.#end({}));
  }

  /** What the form has failed with. */
  get error(): unknown {
    return this.#over?.error;
  }

  #isNamed(name: string | undefined, ...others: string[]): boolean {
    const size = Buffer.byteLength([name, ...others].join(''));
    if (name === undefined) this.fail(badForm('a part has no name'));
    else if (size > this.#limits.headerSize)
      this.fail(tooMuch(`a part whose name and type have more than ${this.#limits.headerSize} bytes`));
    return this.#over === undefined;
  }

  #add(part: FormPart): void {
    this.#parts.push(part);
    this.#wakeReader?.();
  }

  /** Hands the body to the parser, no faster than its parts are taken. */
  async pump(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of chunks) {
        for (let at = 0; at < chunk.length; at += PIECE) {
          await this.#pumpUntil(() => this.#parts.length === 0);
          if (this.#over) return;
          await this.#write(chunk.subarray(at, at + PIECE));
        }
      }
      if (!this.#over) this.#busboy.end();
    } catch (error) {
      this.fail(error);
    }
  }

  /** The parser takes a piece at once, unless the file that it belongs to is read more slowly. */
  async #write(piece: Uint8Array): Promise<void> {
    let taken = false;
    this.#busboy.write(piece, () => {
      taken = true;
      this.#wakePump?.();
    });
    await this.#pumpUntil(() => taken);
  }

  async #pumpUntil(ready: () => boolean): Promise<void> {
    while (!ready() && !this.#over) {
      await new Promise<void>((resolve) => {
        this.#wakePump = resolve;
      });
    }
  }

  async next(): Promise<FormPart | undefined> {
    while (this.#parts.length === 0 && !this.#over) {
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
    if (this.#over && 'error' in this.#over) throw this.#over.error;
    const part = this.#parts.shift();
    this.#wakePump?.();
    return part;
  }

  fail(error: unknown): void {
    if (this.#over) return;
    this.#end({ error });
    this.#parts.length = 0;
    this.#file?.cut();
  }

  /** Nobody wants more: the body is not read on. */
  leave(): void {
    this.fail(new TypeError('the form is no longer read'));
    this.#busboy.destroy();
  }

  #end(over: { readonly error?: unknown }): void {
    this.#over ??= over;
    this.#wakeReader?.();
    this.#wakePump?.();
  }
}

function busboyOf(contentType: string, limits: Required<FormLimits>): BusboyParser {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits: { ...limits, headerSize: KEPT_HEADERS },
    });
  } catch (error) {
    throw badForm((error as Error).message);
  }
}

/** Clients write a quotation mark so (HTML, "Multipart form data"); line breaks stay escaped. */
const unescaped = (name: string | undefined): string | undefined => name?.replaceAll('%22', '"');

const tooMuch = (what: string): HttpError => frameworkError('PAYLOAD_TOO_LARGE', `The form has ${what}.`);

const badForm = (why: string): HttpError =>
  frameworkError('BAD_MULTIPART', `The body is no multipart form: ${why.replace(/\.$/, '')}.`);

class StreamedFile implements FilePart {
  readonly kind = 'file';
  readonly name: string;
  readonly filename: string;
  readonly type: string;
  readonly #parser: Parser;
  readonly #stream: Readable;
  #state: 'unread' | 'read' | 'passed over' = 'unread';

  constructor(parser: Parser, stream: Readable, name: string, filename: string, type: string) {
    this.name = name;
    this.filename = filename;
    this.type = type;
    this.#parser = parser;
    this.#stream = stream;
    // Whoever reads it is told, and the form fails with it.
    stream.on('error', () => {});
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, undefined, undefined> {
    if (this.#state !== 'unread') throw new TypeError(`the file ${this.name} is ${this.#state} already`);
    this.#state = 'read';
    try {
      // Busboy would wait for ever for a file that was destroyed.
      for await (const chunk of this.#stream.iterator({ destroyOnReturn: false })) yield chunk;
    } catch (error) {
      throw this.#parser.error ?? error;
    }
    if ((this.#state as string) === 'passed over')
      throw new TypeError(`the file ${this.name} was passed over for the next part`);
  }

  stream(): ReadableStream<Uint8Array> {
    return ReadableStream.from(this);
  }

  async bytes(): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  /** Throws the rest away; also where somebody has begun to read it, and stopped. */
  passOver(): void {
    if (this.#stream.readableEnded) return;
    this.#state = 'passed over';
    this.#stream.removeAllListeners('readable');
    // Only then does Node.js forget that somebody waits for `readable`.
    process.nextTick(() => this.#stream.resume());
  }

  cut(): void {
    this.#stream.destroy(this.#parser.error as Error);
  }
}
