import { type Cidr, parseCidr } from '../../src/server/cidr.ts';

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';

/**
 * The IPv4 ranges that {@link parseCidr} takes, as the text of a regular expression: CloudFormation checks parameters by
 * one. A test holds the two together.
 */
export const IPV4_CIDR_PATTERN = `${OCTET}(?:\\.${OCTET}){3}/(?:3[0-2]|[12]?\\d)`;

/** What is wrong with a text as an IPv4 range; `undefined` for nothing. */
export function ipv4CidrProblem(text: string): string | undefined {
  const cidr = parseCidr(text);
  if (cidr?.family !== 4 || cidr.bits === undefined) return 'is not an IPv4 range such as 10.0.0.0/16';
  return hasHostBits(cidr) ? `has bits set beyond its /${cidr.bits}` : undefined;
}

function hasHostBits({ address, bits = 32 }: Cidr): boolean {
  const value = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return value % 2 ** (32 - bits) !== 0;
}
