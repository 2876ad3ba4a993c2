import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHttpServer } from '../../src/adapters/http/index.ts';
import { resolveFunction } from '../../src/adapters/lambda/runtime/invokable.ts';
import { invokeHttp } from '../../src/adapters/lambda/sources/http/invoke.ts';
import { Context, createLogger, type Registry, type Service } from '../../src/core/index.ts';
import { makeCertificate, noOpenssl } from '../support/certificate.ts';
import {
  buildEvent,
  HTTP_SOURCES,
  type HttpSourceName,
  LOSSY,
  type PlainRequest,
  type PlainResponse,
  readResult,
} from '../support/events.ts';
import { sendHttp } from '../support/http-client.ts';
import { sendHttp2 } from '../support/http2-client.ts';
import type { ContractCase } from './cases.ts';
import { registry as contract } from './service.ts';

/** One way in. */
export interface Adapter {
  readonly name: string;
  send(request: PlainRequest): Promise<PlainResponse>;
  close?(): Promise<void>;
  /** A single-value ALB can send only one Set-Cookie. */
  readonly oneCookie?: boolean;
  /** What AWS itself changes before the handler can see it, by case. */
  readonly viewOverrides?: (contract: ContractCase) => Record<string, unknown> | undefined;
  /** Why a case cannot come through this adapter. */
  readonly skips?: (contract: ContractCase) => string | undefined;
}

const quiet = createLogger({ write: () => {} });

/** What a load balancer in front of the server would add. */
export function forwarded(plain: PlainRequest): Record<string, string> {
  return { 'x-forwarded-for': plain.clientIp ?? '', 'x-forwarded-proto': 'https' };
}

/** How each server listens, behind a proxy that is trusted. */
const LISTENING = {
  port: 0,
  host: '127.0.0.1',
  trustProxy: ['127.0.0.1/32'],
  logger: quiet,
  resolveFunction,
};

/** @param configure a server with plugins has another way from Fastify to the core */
export async function httpDoor(service: Service, configure?: () => void): Promise<Adapter> {
  const options = { ...LISTENING, ...(configure && { configure }) };
  const server = await startHttpServer(service, options);
  return {
    name: configure ? 'HTTP server with plugins' : 'HTTP server',
    send: (plain) => sendHttp(server.url, plain, forwarded(plain)),
    close: () => server.close(),
  };
}

/** The same server by HTTP/2; nothing without openssl. */
export async function http2Door(service: Service): Promise<Adapter[]> {
  if (noOpenssl) return [];
  const dir = mkdtempSync(join(tmpdir(), 'amphi-http2-'));
  const options = { ...LISTENING, tls: makeCertificate(dir), http2: true };
  const server = await startHttpServer(service, options);
  const close = async () => {
    await server.close();
    rmSync(dir, { recursive: true });
  };
  return [{ name: 'HTTP/2', send: (plain) => sendHttp2(server.url, plain, forwarded(plain)), close }];
}

/** The event of one source through the adapter, as JSON both ways like Lambda does it. */
export function sourceDoor(service: Service, source: HttpSourceName): Adapter {
  return {
    name: `${source} event`,
    ...quirksOf(source),
    send: async (plain) => {
      const event = JSON.parse(JSON.stringify(buildEvent(source, plain)));
      const traceId = plain.headers?.find(([name]) => name === 'x-amzn-trace-id')?.[1];
      const context = new Context({
        requestId: 'contract',
        functionName: 'http',
        logger: quiet,
        event,
        traceId,
      });
      return readResult(source, JSON.parse(JSON.stringify(await invokeHttp(service, event, context))));
    },
  };
}

/** `registry.fetch`, which knows no client address and no trace header of its own. */
export function fetchDoor(registry: Registry = contract): Adapter {
  // Its logger writes to standard error: the failures that the cases provoke are not this test's output.
  process.env.AMPHI_LOG_LEVEL = 'FATAL';
  return {
    name: 'registry.fetch',
    viewOverrides: () => ({ clientIp: '', traceId: null }),
    send: async ({ method, path, query, headers = [], body }) => {
      const host = headers.find(([name]) => name === 'host')![1];
      const url = `https://${host}${path}${query ? `?${query}` : ''}`;
      const sent = headers.map(([name, value]): [string, string] => [name, value]);
      const response = await registry.fetch(
        new Request(url, { method, headers: sent, body: body && Buffer.from(body as Uint8Array) }),
      );
      return {
        status: response.status,
        headers: [...response.headers],
        body: Buffer.from(await response.arrayBuffer()),
      };
    },
  };
}

export async function openDoors(): Promise<Adapter[]> {
  const service = contract.freeze();
  const plugins = await httpDoor(service, () => {});
  const served = [await httpDoor(service), plugins, ...(await http2Door(service))];
  return [fetchDoor(), ...served, ...HTTP_SOURCES.map((source) => sourceDoor(service, source))];
}

/** Losses in AWS's own events, which no adapter can undo. README lists them. */
export function quirksOf(source: HttpSourceName): Partial<Adapter> {
  const lossy = LOSSY[source];
  return {
    oneCookie: lossy.twoCookies,
    skips: ({ request }) => {
      return lossy.encodedSlash && /%(2F|25|3F|FF)/i.test(request.path)
        ? `${source} decodes the path`
        : undefined;
    },
    viewOverrides: ({ view }) => ({
      ...(lossy.repeatedQuery ? { query: lastOfEach(view?.query as [string, string][]) } : {}),
      ...repeatedHeader(source, view?.headers as Record<string, string> | undefined),
    }),
  };
}

function lastOfEach(pairs: readonly [string, string][]): [string, string][] {
  return Object.entries(Object.fromEntries(pairs));
}

/** `x-test: a` and `x-test: b, c` as the source's own gateway joins them. */
const REPEATED = { all: 'a, b, c', comma: 'a,b, c', last: 'b, c' };

function repeatedHeader(source: HttpSourceName, headers: Record<string, string> = {}) {
  return 'x-test' in headers
    ? { headers: { ...headers, 'x-test': REPEATED[LOSSY[source].repeatedHeaders] } }
    : {};
}
