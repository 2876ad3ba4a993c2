import { ConfigError } from '../core/index.ts';
import { parseCidr } from './cidr.ts';

/** Names that stand for a fixed set of networks. */
const NETWORK_NAMES = new Set(['loopback', 'linklocal', 'uniquelocal']);

/** The whole of a family of addresses, as Fastify takes it: it refuses a prefix of no bits. */
const HALVES = { 4: ['0.0.0.0/1', '128.0.0.0/1'], 6: ['::/1', '8000::/1'] } as const;

/** @throws ConfigError naming the first entry that is no CIDR */
export function trustedProxies(entries: readonly string[] | undefined): string[] | undefined {
  if (entries === undefined || entries.length === 0) return undefined;
  return entries.flatMap((entry) => {
    if (NETWORK_NAMES.has(entry)) return entry;
    const cidr = parseCidr(entry);
    if (cidr === undefined) {
      throw new ConfigError(`trustProxy ${JSON.stringify(entry)}: it must be an IP address or a CIDR`);
    }
    return cidr.bits === 0 ? HALVES[cidr.family] : entry;
  });
}
