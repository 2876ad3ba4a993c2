/** Multipart bodies as clients send them, and as they should not. */
export interface Sent {
  readonly name?: string;
  readonly filename?: string;
  readonly type?: string;
  readonly body: string | Uint8Array;
}

export const BOUNDARY = '----edge';
export const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

export function encodeForm(parts: readonly Sent[], boundary = BOUNDARY): Buffer {
  const encoded = parts.flatMap(({ name, filename, type, body }) => [
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data${name === undefined ? '' : `; name="${name}"`}` +
        `${filename === undefined ? '' : `; filename="${filename}"`}\r\n` +
        `${type === undefined ? '' : `content-type: ${type}\r\n`}\r\n`,
    ),
    Buffer.from(body as string),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...encoded, Buffer.from(`--${boundary}--\r\n`)]);
}

export const post = (path: string, body: string | Uint8Array, type: string | undefined = TYPE): Request =>
  new Request(`http://localhost${path}`, {
    method: 'POST',
    body: Buffer.from(body as string),
    headers: type === undefined ? {} : { 'content-type': type },
  });
