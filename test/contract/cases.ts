import { gunzipSync } from 'node:zlib';
import type { PlainRequest, PlainResponse } from '../support/events.ts';
import { COOKIES } from './service.ts';

/** The headers every case sends, so that every adapter has the same client to tell of. */
const HOST = 'api.example.test';
export const CLIENT_IP = '203.0.113.7';
const TRACE = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0';

export interface ContractCase {
  readonly name: string;
  readonly request: PlainRequest;
  /** What the handler must have seen; only where the route tells it. */
  readonly view?: Record<string, unknown>;
  readonly status: number;
  /** All headers that the adapter itself does not own. */
  readonly headers: Record<string, string>;
  readonly cookies?: readonly string[];
  readonly body: string | Buffer | ((body: Buffer) => boolean);
}

interface Spec {
  readonly query?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Uint8Array;
}

function request(method: string, path: string, spec: Spec = {}): PlainRequest {
  return {
    method,
    path,
    query: spec.query,
    headers: [['host', HOST], ['x-amzn-trace-id', TRACE], ...(spec.headers ?? [])],
    body: spec.body,
    clientIp: CLIENT_IP,
  };
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const TEXT = { 'content-type': 'text/plain; charset=utf-8' };
const BYTES = { 'content-type': 'application/octet-stream' };
const PROBLEM = { 'content-type': 'application/problem+json; charset=utf-8' };

function seen(name: string, sent: PlainRequest, view: Record<string, unknown>): ContractCase {
  const whole = {
    method: sent.method,
    url: `https://${HOST}${sent.path}`,
    path: sent.path,
    query: [],
    headers: { host: HOST },
    cookies: {},
    clientIp: CLIENT_IP,
    body: '',
    traceId: TRACE,
    ...view,
  };
  return { name, request: sent, view: whole, status: 200, headers: JSON_TYPE, body: () => true };
}

function problem(name: string, sent: PlainRequest, status: number, code: string, extra = {}): ContractCase {
  const body = (bytes: Buffer) => {
    const { status: inBody, code: inCode, detail } = JSON.parse(bytes.toString());
    return inBody === status && inCode === code && !String(detail).includes('secret');
  };
  return { name, request: sent, status, headers: { ...PROBLEM, ...extra }, body };
}

function plain(name: string, sent: PlainRequest, rest: Partial<ContractCase>): ContractCase {
  return { name, request: sent, status: 200, headers: TEXT, body: '', ...rest };
}

const BINARY = Uint8Array.from({ length: 256 }, (_, index) => 255 - index);
const base64 = (body: string | Uint8Array) => Buffer.from(body).toString('base64');

export const views: readonly ContractCase[] = [
  seen('no body', request('GET', '/see/x'), { params: { '*': 'x' } }),
  seen('a path parameter', request('GET', '/users/42/posts/a-b'), { params: { id: '42', post: 'a-b' } }),
  seen(
    'a text body',
    request('POST', '/see/x', { body: 'Grüße', headers: [['content-type', 'text/plain']] }),
    {
      params: { '*': 'x' },
      headers: { 'content-type': 'text/plain', host: HOST },
      body: base64('Grüße'),
    },
  ),
  seen(
    'a JSON body',
    request('PUT', '/see/x', { body: '{"a":[1]}', headers: [['content-type', 'application/json']] }),
    {
      params: { '*': 'x' },
      headers: { 'content-type': 'application/json', host: HOST },
      body: base64('{"a":[1]}'),
    },
  ),
  seen(
    'a binary body',
    request('PATCH', '/see/x', { body: BINARY, headers: [['content-type', 'image/png']] }),
    {
      params: { '*': 'x' },
      headers: { 'content-type': 'image/png', host: HOST },
      body: base64(BINARY),
    },
  ),
  seen('a body without a type', request('POST', '/see/x', { body: 'x=1' }), {
    params: { '*': 'x' },
    body: base64('x=1'),
  }),
  seen('an empty body', request('POST', '/see/x', { headers: [['content-length', '0']] }), {
    params: { '*': 'x' },
  }),
  seen('DELETE with a body', request('DELETE', '/see/x', { body: 'why' }), {
    params: { '*': 'x' },
    body: base64('why'),
  }),
  seen('an emoji in the path', request('GET', '/see/%F0%9F%98%80/x'), { params: { '*': '😀/x' } }),
  seen('escapes that nothing needs', request('GET', '/%73ee/%7Ex%2dy'), {
    params: { '*': '~x-y' },
    path: '/see/~x-y',
    url: `https://${HOST}/see/~x-y`,
  }),
  seen('%2F in a parameter', request('GET', '/users/a%2Fb/posts/%25'), { params: { id: 'a/b', post: '%' } }),
  seen('a space and a plus in the path', request('GET', '/see/a%20b+c'), { params: { '*': 'a b+c' } }),
  seen('two slashes first', request('GET', '/see//host/x'), { params: { '*': '/host/x' } }),
  seen('repeated query keys', request('GET', '/see/x', { query: 'tag=a&tag=b&one=1' }), {
    params: { '*': 'x' },
    query: [
      ['tag', 'a'],
      ['tag', 'b'],
      ['one', '1'],
    ],
  }),
  seen('escapes in the query', request('GET', '/see/x', { query: 'q=a%20b%26c&e=%F0%9F%98%80&p=1+2' }), {
    params: { '*': 'x' },
    query: [
      ['q', 'a b&c'],
      ['e', '😀'],
      ['p', '1 2'],
    ],
  }),
  seen('an empty and a missing query value', request('GET', '/see/x', { query: 'a=&b=' }), {
    params: { '*': 'x' },
    query: [
      ['a', ''],
      ['b', ''],
    ],
  }),
  seen(
    'repeated headers',
    request('GET', '/see/x', {
      headers: [
        ['x-test', 'a'],
        ['X-Test', 'b, c'],
      ],
    }),
    {
      params: { '*': 'x' },
      headers: { host: HOST, 'x-test': 'a, b, c' },
    },
  ),
  seen('two cookies', request('GET', '/see/x', { headers: [['cookie', 'a=1; b=x%20y']] }), {
    params: { '*': 'x' },
    headers: { cookie: 'a=1; b=x%20y', host: HOST },
    cookies: { a: '1', b: 'x y' },
  }),
];

export const answers: readonly ContractCase[] = [
  plain('text', request('GET', '/text'), { body: 'Grüße, 世界 😀' }),
  plain('bytes', request('GET', '/bytes'), {
    headers: BYTES,
    body: Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
  }),
  plain('bytes both ways', request('POST', '/bytes', { body: BINARY }), {
    headers: BYTES,
    body: Buffer.from(BINARY),
  }),
  plain('a JSON value', request('GET', '/value'), {
    headers: JSON_TYPE,
    body: '[1,"two",null,{"three":true}]',
  }),
  plain('JSON null', request('GET', '/null'), { headers: JSON_TYPE, body: 'null' }),
  plain('nothing', request('GET', '/nothing'), { status: 204, headers: {} }),
  plain('an empty text', request('GET', '/empty-text'), {}),
  plain('status and headers', request('GET', '/created'), {
    status: 201,
    headers: { ...JSON_TYPE, location: '/users/7', 'x-count': '3', 'x-flag': 'true', 'x-list': 'a, b' },
    body: '{"id":7}',
  }),
  plain('two Set-Cookie', request('GET', '/cookies'), { cookies: COOKIES, body: 'two' }),
  plain('hop-by-hop headers dropped', request('GET', '/hop'), {
    headers: { ...TEXT, 'x-kept': 'yes' },
    body: 'hop',
  }),
  plain('a gzip body', request('GET', '/gzip'), {
    headers: { ...TEXT, 'content-encoding': 'gzip' },
    body: (bytes) => gunzipSync(bytes).toString() === 'squeezed',
  }),
  plain('a stream', request('GET', '/stream'), { headers: BYTES, body: 'one two three' }),
  plain('a native Response', request('GET', '/native'), {
    status: 202,
    headers: { 'content-type': 'text/plain;charset=UTF-8', 'x-native': 'yes' },
    body: 'native',
  }),
  plain('HEAD of a GET route', request('HEAD', '/text'), { headers: {} }),
  plain('OPTIONS', request('OPTIONS', '/json'), { status: 204, headers: { allow: 'POST, OPTIONS' } }),
  problem('no route', request('GET', '/nowhere'), 404, 'ROUTE_NOT_FOUND'),
  problem('no such method', request('DELETE', '/json'), 405, 'METHOD_NOT_ALLOWED', {
    allow: 'POST, OPTIONS',
  }),
  plain('HEAD of no route', request('HEAD', '/nowhere'), { status: 404, headers: {} }),
  problem('a bad escape in the path', request('GET', '/users/%ff/posts/1'), 400, 'BAD_URL'),
  problem('broken JSON', request('POST', '/json', { body: '{' }), 400, 'BAD_JSON'),
  problem('an empty body where JSON is due', request('POST', '/json'), 400, 'BAD_JSON'),
  problem('a thrown error', request('GET', '/throw'), 500, 'INTERNAL_ERROR'),
  problem('a rejection', request('GET', '/reject'), 500, 'INTERNAL_ERROR'),
  problem('a thrown HttpError', request('GET', '/refuse'), 409, 'ALREADY_THERE', { 'retry-after': '5' }),
  problem('a header that cannot be sent', request('GET', '/bad-reply'), 500, 'BAD_REPLY'),
  plain('a body within the limit', request('POST', '/small', { body: '0123456789' }), { body: '0123456789' }),
  problem(
    'a body over the limit',
    request('POST', '/small', { body: '0123456789a' }),
    413,
    'PAYLOAD_TOO_LARGE',
  ),
  problem(
    'the same, unread',
    request('POST', '/small/unread', { body: '0123456789a' }),
    413,
    'PAYLOAD_TOO_LARGE',
  ),
  problem('a handler over its time', request('GET', '/late'), 504, 'TIMEOUT'),
  plain('a set and a map', request('GET', '/collections'), {
    headers: JSON_TYPE,
    body: '{"set":[1,2],"map":[["k",1]],"none":{}}',
  }),
  plain('shared memory', request('GET', '/shared-memory'), { headers: BYTES, body: Buffer.from([7, 7, 7]) }),
  ...['promise-inside', 'promise-body', 'promise-body-later', 'locked', 'detached', 'iterator'].map((odd) =>
    problem(`an odd reply: ${odd}`, request('GET', `/odd/${odd}`), 500, 'BAD_REPLY'),
  ),
  problem('an error below a prefix', request('GET', '/cors'), 500, 'INTERNAL_ERROR', {
    'access-control-allow-origin': '*',
  }),
  problem(
    'a method that is not there, below a prefix',
    request('DELETE', '/cors'),
    405,
    'METHOD_NOT_ALLOWED',
    {
      'access-control-allow-origin': '*',
      allow: 'GET, HEAD, OPTIONS',
    },
  ),
  problem('a guarded path', request('GET', '/guarded'), 401, 'WHO'),
  problem('a guarded path, spelled otherwise', request('GET', '/%67u%61rded'), 401, 'WHO'),
  plain('a call of a function', request('POST', '/call/hello', { body: '{"a":[1,null]}' }), {
    headers: JSON_TYPE,
    body: '{"result":{"hello":{"a":[1,null]}}}',
  }),
  plain('a call that nobody waits for', request('POST', '/call/hello', { query: 'wait=no', body: '1' }), {
    headers: JSON_TYPE,
    body: '{"requestId":"string"}',
  }),
  plain('a call of a function that fails', request('POST', '/call/fail', { body: '1' }), {
    headers: JSON_TYPE,
    body: '{"name":"RangeError","message":"no good"}',
  }),
  problem('a reply that is no JSON', request('GET', '/bigint'), 500, 'BAD_REPLY'),
];

export type { PlainResponse };
