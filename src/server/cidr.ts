/** A range of addresses as text: one grammar for trusted proxies, flags and template parameters. */
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
