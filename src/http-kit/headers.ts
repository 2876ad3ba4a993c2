import type { HeaderValue, Reply } from '../core/index.ts';

/** A header's members, lower case. */
export function membersOf(value: HeaderValue): string[] {
  const texts = Array.isArray(value) ? value.map(String) : [String(value ?? '')];
  const members = texts.flatMap((text) => text.split(','));
  return members.map((member) => member.trim().toLowerCase()).filter((member) => member !== '');
}

/** Adds names to a header that is a list, such as Vary, unless they are there. */
export function addMembers(reply: Reply, header: string, names: readonly string[]): void {
  const known = membersOf(reply.headers[header]);
  const added = names.filter((name) => !known.includes(name.toLowerCase()));
  if (known.includes('*') || added.length === 0) return;
  const before = reply.headers[header];
  reply.headers[header] = [...(before === undefined || before === null ? [] : [before].flat()), ...added];
}

/** The status that a reply goes out with. */
export function statusOf({ status, body }: Reply): number {
  return status ?? (body === undefined ? 204 : 200);
}

/** Says that a tag stands for the same content, no longer for the same bytes. */
export function weaken(reply: Reply): void {
  const { etag } = reply.headers;
  if (typeof etag === 'string' && etag.startsWith('"')) reply.headers.etag = `W/${etag}`;
}
