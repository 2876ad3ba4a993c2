import type { CurvePoint, Row, Series } from '../types.ts';

/** Ours, the first, against each other one, at one point of a curve. */
export function pointRows(
  { curve, axis, x, unit }: CurvePoint & { readonly unit: string },
  [ours, ...peers]: readonly Series[],
): Row[] {
  return peers.map((peer) => ({
    kind: 'comparison',
    bench: 'curves',
    what: `${curve}, ${x} ${axis}`,
    unit,
    ours: ours!,
    peer,
    at: { curve, axis, x },
  }));
}
