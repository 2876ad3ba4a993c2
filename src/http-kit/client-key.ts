/**
 * What stands for a client address: IPv4 as it is, of IPv6 the first 64 bits, which are one subscriber's network: it has 2^64
 * addresses to send from.
 */
export function clientKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address;
  const bare = address.split('%', 1)[0]!;
  if (!URL.canParse(`http://[${bare}]`)) return address;
  // The URL standard's serializer writes every address in one way.
  const [head = '', tail] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
