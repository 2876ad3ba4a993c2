import { crc32 } from 'node:zlib';

export const EVENT_STREAM_TYPE = 'application/vnd.amazon.eventstream';

/** Of a header value; the only type that Lambda's events use. */
const STRING = 7;
const PRELUDE_BYTES = 12;
const CRC_BYTES = 4;

/**
 * One message of the AWS event stream encoding: total length, header length and the CRC of both, the
 * headers, the payload, the CRC of all; numbers are big-endian.
 */
export function encodeMessage(headers: Readonly<Record<string, string>>, payload: Uint8Array): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => encodeHeader(name, value)));
  const message = Buffer.alloc(PRELUDE_BYTES + head.length + payload.length + CRC_BYTES);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(head.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  head.copy(message, PRELUDE_BYTES);
  message.set(payload, PRELUDE_BYTES + head.length);
  message.writeUInt32BE(crc32(message.subarray(0, -CRC_BYTES)), message.length - CRC_BYTES);
  return message;
}

function encodeHeader(name: string, value: string): Buffer {
  const nameBytes = Buffer.from(name);
  const valueBytes = Buffer.from(value);
  const lengths = Buffer.from([STRING, valueBytes.length >> 8, valueBytes.length & 0xff]);
  return Buffer.concat([Buffer.from([nameBytes.length]), nameBytes, lengths, valueBytes]);
}

export function payloadChunk(data: Uint8Array): Buffer {
  return encodeMessage(eventHeaders('PayloadChunk', 'application/octet-stream'), data);
}

/** Members of InvokeComplete; all are left out where there is nothing to say. */
export interface InvokeComplete {
  readonly ErrorCode?: string | undefined;
  readonly ErrorDetails?: string | undefined;
  /** Base64. */
  readonly LogResult?: string | undefined;
}

export function invokeComplete(members: InvokeComplete): Buffer {
  const headers = eventHeaders('InvokeComplete', 'application/json');
  return encodeMessage(headers, Buffer.from(JSON.stringify(members)));
}

function eventHeaders(type: string, contentType: string): Record<string, string> {
  return { ':message-type': 'event', ':event-type': type, ':content-type': contentType };
}
