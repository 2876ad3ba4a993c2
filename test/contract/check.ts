import type { Test } from 'tap';
import type { PlainResponse } from '../support/events.ts';
import type { ContractCase } from './cases.ts';
import type { Door } from './doors.ts';

/** Headers that belong to the connection or that only one door adds. */
const DOOR_HEADERS = new Set([
  'date',
  'connection',
  'keep-alive',
  'content-length',
  'transfer-encoding',
  'server',
]);

/** Sends one case through one door and compares what the handler saw and the client got. */
export async function checkCase(t: Test, door: Door, contract: ContractCase): Promise<void> {
  const got = await door.send(contract.request);
  t.equal(got.status, contract.status, 'status');
  t.same(ownHeaders(got), contract.headers, 'headers');
  t.same(cookiesOf(got), cookiesExpected(door, contract), 'cookies');
  checkBody(t, got, contract);
  if (contract.view) {
    const view = JSON.parse(got.body.toString());
    t.same(view, { ...contract.view, ...door.viewOverrides?.(contract) }, 'what the handler saw');
  }
}

function ownHeaders({ headers }: PlainResponse): Record<string, string> {
  const own = headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(own.filter(([name]) => name !== 'set-cookie' && !DOOR_HEADERS.has(name)));
}

function cookiesOf({ headers }: PlainResponse): string[] {
  return headers.filter(([name]) => name.toLowerCase() === 'set-cookie').map(([, value]) => value);
}

function cookiesExpected(door: Door, { cookies = [] }: ContractCase): readonly string[] {
  return door.oneCookie ? cookies.slice(0, 1) : cookies;
}

function checkBody(t: Test, { body }: PlainResponse, contract: ContractCase): void {
  if (typeof contract.body === 'function') t.ok(contract.body(body), `body ${body.subarray(0, 200)}`);
  else t.same(body, Buffer.from(contract.body), 'body');
}
