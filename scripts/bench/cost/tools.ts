/** What Lambda's side or an operator gives: the Runtime API, preludes, logs, markup, supervisord. */

import { expandMarkup } from '../../../infra/instance/user-data/template.ts';
import { functionUrlEvent } from '../../../src/adapters/emulator/api/url-event.ts';
import { PreludeReader } from '../../../src/adapters/emulator/api/url-reply.ts';
import { Lines } from '../../../src/adapters/emulator/environment/log.ts';
import { ResponseParser } from '../../../src/adapters/lambda/runtime-api/response-parser.ts';
import { absolutePath, commandWord, environmentValue } from '../../../src/adapters/supervisor/encode.ts';
import { type CostCase, list, NAMES, parsing, repeat } from './case.ts';

function fed(pieces: readonly Buffer[]): unknown {
  const parser = new ResponseParser();
  let whole: unknown;
  for (const piece of pieces) whole ??= parser.feed(piece);
  return whole;
}

const cut = (text: string, size: number): Buffer[] => {
  const bytes = Buffer.from(text);
  return list((at) => bytes.subarray(at * size, (at + 1) * size))(Math.ceil(bytes.length / size));
};

const OK = 'HTTP/1.1 200 OK\r\n';

const runtimeApi: CostCase[] = [
  parsing(
    'Runtime API, header lines',
    NAMES,
    (n) => [Buffer.from(`${OK}${list((at) => `h${at}: v\r\n`)(n).join('')}content-length: 0\r\n\r\n`)],
    fed,
  ),
  parsing(
    'Runtime API, one header',
    2000,
    (n) => [Buffer.from(`${OK}${'h: v\r\n'.repeat(n)}content-length: 0\r\n\r\n`)],
    fed,
  ),
  parsing(
    'Runtime API, a head byte by byte',
    2000,
    (n) => cut(`${OK}h: ${'v'.repeat(n * 10)}\r\ncontent-length: 0\r\n\r\n`, 1),
    fed,
  ),
  parsing(
    'Runtime API, a body byte by byte',
    10_000,
    (n) => cut(`${OK}content-length: ${n}\r\n\r\n${'b'.repeat(n)}`, 1),
    fed,
  ),
  parsing(
    'Runtime API, chunks',
    5000,
    (n) => [Buffer.from(`${OK}transfer-encoding: chunked\r\n\r\n${'1\r\nb\r\n'.repeat(n)}0\r\n\r\n`)],
    fed,
  ),
  parsing(
    'Runtime API, chunks byte by byte',
    2000,
    (n) => cut(`${OK}transfer-encoding: chunked\r\n\r\n${'1\r\nb\r\n'.repeat(n)}0\r\n\r\n`, 1),
    fed,
  ),
  parsing(
    'Runtime API, trailers',
    5000,
    (n) => [Buffer.from(`${OK}transfer-encoding: chunked\r\n\r\n0\r\n${'a: b\r\n'.repeat(n)}\r\n`)],
    fed,
  ),
  parsing(
    'Runtime API, interim answers',
    2000,
    (n) => [Buffer.from(`${'HTTP/1.1 100 Continue\r\n\r\n'.repeat(n)}${OK}content-length: 0\r\n\r\n`)],
    fed,
  ),
];

const emulator: CostCase[] = [
  parsing(
    'prelude byte by byte',
    4000,
    (n) => cut(`${JSON.stringify({ headers: { a: 'x'.repeat(n * 10) } })}${'\0'.repeat(8)}`, 1),
    (pieces) => {
      const reader = new PreludeReader();
      let whole: unknown;
      for (const piece of pieces) whole ??= reader.push(piece);
      return whole;
    },
  ),
  parsing(
    'log line byte by byte',
    1000,
    (n) => cut('x'.repeat(n * 7), 1),
    (pieces) => {
      const lines = new Lines(() => {});
      for (const piece of pieces) lines.push(piece);
      return lines;
    },
  ),
  parsing(
    'Function URL, headers',
    4000,
    (n) => list((at) => (at % 2 ? 'v' : `x-${at % 100}`))(n * 2),
    (rawHeaders) =>
      functionUrlEvent({
        ...{
          method: 'GET',
          target: '/',
          rawHeaders,
          body: Buffer.alloc(0),
          clientIp: '',
          port: 1,
          region: 'r',
          now: 0,
        },
      }),
  ),
  parsing(
    'Function URL, query',
    4000,
    (n) => `/?${'a=1&'.repeat(n)}`,
    (target) =>
      functionUrlEvent({
        ...{
          method: 'GET',
          target,
          rawHeaders: [],
          body: Buffer.alloc(0),
          clientIp: '',
          port: 1,
          region: 'r',
          now: 0,
        },
      }),
  ),
];

const markup = (text: string) => expandMarkup(text, { A: 'a' });
const operator: CostCase[] = [
  parsing('markup, placeholders', 5000, repeat('x{{ .A }}'), markup),
  parsing('markup, expressions', 2000, repeat('x {"Ref":"A"} '), markup),
  parsing('markup, braces', 20_000, repeat('{ "a" : { '), markup),
  parsing('markup, blanks after a brace', 50_000, (n) => `{${' '.repeat(n)}"Ref"${' '.repeat(n)}:`, markup),
  parsing('markup, an expression without end', 5000, (n) => `{"Ref":${'{"a":['.repeat(n)}`, markup),
  parsing('markup, an open placeholder', 50_000, (n) => `{{${' '.repeat(n)}.A${' '.repeat(n)}}`, markup),
  parsing('markup, an error at last', 10_000, (n) => `${'line\n'.repeat(n)}{{ .B }}`, markup),
  parsing(
    'markup, nested expressions',
    200,
    (n) => `${'{"Fn::ImportValue":'.repeat(n)}"x"${'}'.repeat(n)}`,
    markup,
  ),
  parsing('supervisord, quotes', 20_000, repeat(`' `), (word) => commandWord('args', word)),
  parsing('supervisord, expansions', 5000, repeat('%(here)s'), (path) => absolutePath('file', `/${path}`, 2)),
  parsing('supervisord, comments', 20_000, repeat(' ; #'), (value) => environmentValue('e', value)),
  parsing('supervisord, blanks', 50_000, repeat(' '), (value) => absolutePath('file', `/${value}x`)),
];

export const TOOLS: readonly CostCase[] = [...runtimeApi, ...emulator, ...operator];
