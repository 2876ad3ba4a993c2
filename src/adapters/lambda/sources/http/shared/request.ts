import { addHeader, frameworkError, isAuthority } from '../../../../../core/index.ts';
import type { HttpSourceName } from './types.ts';

type Values<T> = Readonly<Record<string, T | null | undefined>> | null | undefined;

/** Lower-case names from a record of single values; `null` is an empty record. */
export function singleHeaders(headers: Values<unknown>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const name in headers) addValue(out, name.toLowerCase(), headers[name]);
  return out;
}

/** The same from a record whose values are arrays or, as some events have it, single. */
export function multiHeaders(headers: Values<unknown>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const name in headers) {
    const values = headers[name];
    const lower = name.toLowerCase();
    if (!Array.isArray(values)) addValue(out, lower, values);
    else for (const value of values) addValue(out, lower, value);
  }
  return out;
}

/** Both records of an event that has both: what stands in either; where a name stands in both, all its values. */
export function mergedHeaders(multi: Values<unknown>, single: Values<unknown>): Record<string, string> {
  const out = multiHeaders(multi);
  const more = singleHeaders(single);
  for (const name in more) out[name] ??= more[name]!;
  return out;
}

function addValue(out: Record<string, string>, name: string, value: unknown): void {
  if (value !== null && value !== undefined) addHeader(out, name, String(value));
}

/** Health checks and hand-written events come without a host, or with one that is none; a URL needs one. */
export function defaultHost(headers: Record<string, string>, domainName: unknown): void {
  if (headers.host !== undefined && isAuthority(headers.host)) return;
  headers.host = typeof domainName === 'string' && domainName !== '' ? domainName : 'localhost';
}

/** Every one of these services is https unless it says otherwise. */
export function schemeOf(headers: Readonly<Record<string, string>>): 'http' | 'https' {
  return headers['x-forwarded-proto'] === 'http' ? 'http' : 'https';
}

/**
 * The peer of the proxy: the last entry of `x-forwarded-for`, since all before it is what the client claimed.
 * An ALB may add the port (`routing.http.xff_client_port.enabled`), which is cut off.
 */
export function lastForwarded(headers: Readonly<Record<string, string>>): string {
  const all = headers['x-forwarded-for'];
  if (all === undefined) return '';
  const last = all.slice(all.lastIndexOf(',') + 1).trim();
  if (last.startsWith('[')) return last.slice(1, last.indexOf(']'));
  const colon = last.indexOf(':');
  return colon > 0 && colon === last.lastIndexOf(':') ? last.slice(0, colon) : last;
}

/** The bytes of a body; an empty one is none. Bad base64 is read as far as it goes. */
export function bodyBytes(body: unknown, base64: unknown, source: HttpSourceName): Uint8Array | undefined {
  if (body === null || body === undefined || body === '') return undefined;
  if (typeof body !== 'string') throw malformed(source, 'body', 'a string or null', body);
  return Buffer.from(body, base64 === true ? 'base64' : 'utf8');
}

/** A field that an event of the source must have. */
export function requiredText(value: unknown, source: HttpSourceName, field: string): string {
  if (typeof value !== 'string' || value === '') throw malformed(source, field, 'a string', value);
  return value;
}

function malformed(source: HttpSourceName, field: string, want: string, got: unknown): Error {
  const seen = got === null ? 'null' : got === '' ? 'empty' : typeof got;
  return frameworkError('UNSUPPORTED_EVENT', `The ${source} event has a bad ${field}: ${seen}, not ${want}.`);
}
