import { once } from 'node:events';
import http2 from 'node:http2';
import type { PlainRequest, PlainResponse } from './events.ts';

/** Of RFC 9113, 8.2.2: what belongs to a connection is no header of HTTP/2. */
const FORBIDDEN = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/** One request on a session of its own. */
export async function sendHttp2(
  url: string,
  { method, path, query, headers = [], body }: PlainRequest,
  extra: Record<string, string> = {},
): Promise<PlainResponse> {
  const session = http2.connect(url, { rejectUnauthorized: false });
  try {
    const stream = session.request(
      { ':method': method, ':path': query ? `${path}?${query}` : path, ...extra, ...fieldsOf(headers) },
      { endStream: body === undefined },
    );
    if (body !== undefined) stream.end(body);
    return await answerOf(stream);
  } finally {
    session.close();
  }
}

function fieldsOf(headers: readonly (readonly [string, string])[]): http2.OutgoingHttpHeaders {
  const fields: Record<string, string[]> = {};
  for (const [given, value] of headers) {
    const name = given.toLowerCase() === 'host' ? ':authority' : given.toLowerCase();
    if (!FORBIDDEN.has(name)) fields[name] = [...(fields[name] ?? []), value];
  }
  const single = Object.entries(fields).map(([name, values]) => [
    name,
    values.length === 1 ? values[0] : values,
  ]);
  return Object.fromEntries(single);
}

/** @throws what ended the stream before its end */
export async function answerOf(stream: http2.ClientHttp2Stream): Promise<PlainResponse> {
  const [fields] = (await once(stream, 'response')) as [
    http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader,
  ];
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  if (stream.rstCode !== 0) throw new Error(`reset with ${stream.rstCode}`);
  const { ':status': status = 0, ...others } = fields;
  const headers = Object.entries(others).flatMap(([name, value]) =>
    [value ?? []].flat().map((each): [string, string] => [name, each]),
  );
  return { status, headers, body: Buffer.concat(chunks) };
}
