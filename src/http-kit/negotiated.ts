import Negotiator from 'negotiator';

/** Its types know no preference of the server's yet. */
interface Preferring {
  encoding(available: readonly string[], options: { preferred: readonly string[] }): string | undefined;
}

/**
 * The coding that a client likes best, of equals the first of `encodings`; `undefined` for none.
 * @param accepted its Accept-Encoding
 */
export function negotiated<Encoding extends string>(
  accepted: string | undefined,
  encodings: readonly Encoding[],
): Encoding | undefined {
  // No header at all allows every coding (RFC 9110, 12.5.3), but then it is mostly a client that knows none.
  if (accepted === undefined) return undefined;
  const negotiator = new Negotiator({ headers: { 'accept-encoding': accepted } }) as unknown as Preferring;
  const best = negotiator.encoding([...encodings, 'identity'], { preferred: [...encodings] });
  return encodings.find((encoding) => encoding === best);
}
