/** Addresses and ranges of addresses as text: one grammar for flags, parameters of a template and trusted proxies. */

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = `${OCTET}(?:\\.${OCTET}){3}`;

/** An IPv4 range such as `10.0.0.0/16`, as the text of a regular expression that Java and Python read, too. */
export const IPV4_CIDR = `${IPV4}/(?:3[0-2]|[12]?\\d)`;

export interface Cidr {
  readonly address: string;
  readonly family: 4 | 6;
  /** Length of the prefix; `undefined` for a single address. */
  readonly bits: number | undefined;
}

/** An IPv4 or IPv6 address, with or without the length of a prefix; `undefined` for any other text. */
export function parseCidr(text: string): Cidr | undefined {
  const [, address = '', length] = /^([^/%]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  // node:net is loaded only where somebody asks.
  const family = process.getBuiltinModule('node:net').isIP(address);
  const bits = length === undefined ? undefined : Number(length);
  if ((family !== 4 && family !== 6) || (bits ?? 0) > (family === 4 ? 32 : 128)) return undefined;
  return { address, family, bits };
}

/** Whether an IPv4 range names addresses by bits that its prefix does not cover, as `10.0.0.1/16` does. */
export function hasHostBits({ address, bits = 32 }: Cidr): boolean {
  const value = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return value % 2 ** (32 - bits) !== 0;
}
