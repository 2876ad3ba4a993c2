import { isUtf8 } from 'node:buffer';

/** How the data of a record reaches the handler. */
export type Format = 'text' | 'json' | 'bytes';

/** A record that cannot be decoded or whose result cannot be sent. It fails alone, not with its batch. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
  readonly source: string;
  readonly recordId: string;

  constructor(source: string, recordId: string, problem: string, cause?: unknown) {
    super(`${source} record ${recordId}: ${problem}`, cause === undefined ? undefined : { cause });
    this.source = source;
    this.recordId = recordId;
  }
}

/** Which field of which record is decoded, for errors. */
export interface Place {
  readonly source: string;
  readonly id: string;
  readonly field: string;
}

/** @throws RecordError */
export function decodeText(text: unknown, format: Format | undefined, place: Place): unknown {
  if (typeof text !== 'string') throw new RecordError(place.source, place.id, `${place.field} is no string`);
  return format === 'json' ? parseJson(text, place) : text;
}

/** Base64 as bytes, as UTF-8 text or as the JSON in it. @throws RecordError */
export function decodeBase64(data: unknown, format: Format | undefined, place: Place): unknown {
  if (typeof data !== 'string') throw new RecordError(place.source, place.id, `${place.field} is no string`);
  const bytes = Buffer.from(data, 'base64');
  if (format !== 'text' && format !== 'json') return new Uint8Array(bytes);
  if (!isUtf8(bytes)) throw new RecordError(place.source, place.id, `${place.field} is not UTF-8 text`);
  const text = bytes.toString('utf8');
  return format === 'json' ? parseJson(text, place) : text;
}

function parseJson(text: string, { source, id, field }: Place): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RecordError(source, id, `${field} is not JSON: ${(error as Error).message}`, error);
  }
}
