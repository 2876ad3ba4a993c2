/** The head of an HTTP/1.1 response, read strictly. */

/** Events are at most 6 MB; far above that something else is talking. */
export const BODY_LIMIT = 64 * 1024 * 1024;
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const BAD_VALUE = /[\0\r\n]/;

export interface Head {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly keepAlive: boolean;
}

/** @throws Error for what is no head, or could be understood in two ways */
export function parseHead(text: string): Head {
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

/** @throws Error where the length is missing, unclear or too large */
export function bodyLength({ status, headers }: Head): number | 'chunked' {
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
