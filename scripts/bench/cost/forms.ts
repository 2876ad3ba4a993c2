/** Forms, whole and in pieces. */

import { toFormData } from '../../../src/core/form-data.deferred.ts';
import type { FormLimits } from '../../../src/core/index.ts';
import { multipartParts } from '../../../src/core/multipart.deferred.ts';
import { type CostCase, list, parsing, repeat } from './case.ts';

const NO_LIMITS: FormLimits = {
  ...{ parts: 1e9, fields: 1e9, files: 1e9 },
  ...{ fieldSize: 1e9, fileSize: 1e9, headerSize: 1e9 },
};
const TYPE = 'multipart/form-data; boundary=b';
const END = '--b--\r\n';
const field = (name: string, value: string) =>
  `--b\r\ncontent-disposition: form-data; ${name}\r\n\r\n${value}\r\n`;

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function drained(body: Uint8Array, size: number, limits: FormLimits): Promise<unknown> {
  try {
    let parts = 0;
    for await (const part of multipartParts(inPieces(body, size), TYPE, limits)) {
      parts++;
      if (part.kind === 'file') for await (const piece of part) parts += piece.length > 0 ? 0 : 1;
    }
    return parts;
  } catch (error) {
    return error;
  }
}

const form = (what: string, size: number, make: (n: number) => string, limits = NO_LIMITS, piece = 1 << 16) =>
  parsing(
    `multipart, ${what}`,
    size,
    (n) => Buffer.from(make(n)),
    (body) => drained(body, piece, limits),
  );

const urlEncoded = (what: string, size: number, make: (n: number) => string) =>
  parsing(
    `URL-encoded form, ${what}`,
    size,
    (n) => Buffer.from(make(n)),
    (bytes) => toFormData('application/x-www-form-urlencoded', bytes, NO_LIMITS).catch((error) => error),
  );

export const FORMS: readonly CostCase[] = [
  form('fields', 400, (n) => list((at) => field(`name="k${at}"`, 'v'))(n).join('') + END),
  form('files', 300, (n) => field('name="f"; filename="f"', 'x').repeat(n) + END),
  form('a file', 200_000, (n) => field('name="f"; filename="f"', 'x'.repeat(n)) + END),
  form(
    'a file of almost boundaries',
    20_000,
    (n) => field('name="f"; filename="f"', '\r\n--'.repeat(n)) + END,
  ),
  form('a value', 15_000, (n) => field('name="a"', 'v'.repeat(n)) + END),
  form(
    'a file in small pieces',
    4000,
    (n) => field('name="f"; filename="f"', 'x'.repeat(n)) + END,
    NO_LIMITS,
    3,
  ),
  form('header lines', 500, (n) => `--b\r\n${'h: v\r\n'.repeat(n)}${field('name="a"', 'v').slice(5)}${END}`),
  form('a name', 8000, (n) => field(`name="${'n'.repeat(n)}"`, 'v') + END),
  form('a name of escapes', 2000, (n) => field(`name="${'%22\\"'.repeat(n)}"`, 'v') + END),
  form('parameters', 1000, (n) => field(`name="a"${'; a=b'.repeat(n)}`, 'v') + END),
  form('extended parameters', 600, (n) => field(`name="a"${"; a*=utf-8''%41".repeat(n)}`, 'v') + END),
  form(
    'a folded header',
    1000,
    (n) => `--b\r\nh: v${'\r\n v'.repeat(n)}\r\n${field('name="a"', 'v').slice(5)}${END}`,
  ),
  form('what comes before', 50_000, (n) => `${'\r\n--c'.repeat(n)}\r\n${field('name="a"', 'v')}${END}`),
  form('boundaries and nothing else', 3000, (n) => '--b\r\n'.repeat(n) + END),
  form('headers without an end', 4000, (n) => `--b\r\n${'h: v\r\n'.repeat(n)}`, NO_LIMITS, 7),
  urlEncoded('fields', 1000, (n) => list((at) => `k${at}=v`)(n).join('&')),
  urlEncoded('escapes', 3000, (n) => `a=${'%41+'.repeat(n)}`),
  urlEncoded('delimiters', 3000, repeat('&=&?')),
];
