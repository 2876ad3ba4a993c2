import type { Test } from 'tap';
import type { PlainResponse } from '../support/events.ts';
import type { Adapter } from './adapters.ts';
import type { ContractCase } from './cases.ts';

/** Headers that belong to the connection or that only one adapter adds. */
const DOOR_HEADERS = new Set([
  'date',
  'connection',
  'keep-alive',
  'content-length',
  'transfer-encoding',
  'server',
]);

/** Sends one case through one adapter and compares what the handler saw and the client got. */
export async function checkCase(t: Test, adapter: Adapter, contract: ContractCase): Promise<void> {
  const got = await adapter.send(contract.request);
  t.equal(got.status, contract.status, 'status');
  t.same(ownHeaders(got), contract.headers, 'headers');
  t.same(cookiesOf(got), cookiesExpected(adapter, contract), 'cookies');
  checkBody(t, got, contract);
  if (contract.view) {
    const view = JSON.parse(got.body.toString());
    t.same(view, { ...contract.view, ...adapter.viewOverrides?.(contract) }, 'what the handler saw');
  }
}

function ownHeaders({ headers }: PlainResponse): Record<string, string> {
  const own = headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(own.filter(([name]) => name !== 'set-cookie' && !DOOR_HEADERS.has(name)));
}

function cookiesOf({ headers }: PlainResponse): string[] {
  return headers.filter(([name]) => name.toLowerCase() === 'set-cookie').map(([, value]) => value);
}

function cookiesExpected(adapter: Adapter, { cookies = [] }: ContractCase): readonly string[] {
  return adapter.oneCookie ? cookies.slice(0, 1) : cookies;
}

function checkBody(t: Test, { body }: PlainResponse, contract: ContractCase): void {
  if (typeof contract.body === 'function') t.ok(contract.body(body), `body ${body.subarray(0, 200)}`);
  else t.same(body, Buffer.from(contract.body), 'body');
}
