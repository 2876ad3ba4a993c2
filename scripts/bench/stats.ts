/** The numbers that a benchmark reports. */

export interface Spread {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
  /** How many samples. */
  readonly count: number;
}

/**
 * The value below which the given part of the samples lies, linearly interpolated between neighbours
 * (type 7 of Hyndman and Fan, the default of R and NumPy).
 * @param part from 0 to 1
 * @throws RangeError for no samples, a sample that is no finite number, or a part out of range
 */
export function quantile(samples: readonly number[], part: number): number {
  if (samples.length === 0) throw new RangeError('quantile: there are no samples');
  if (!(part >= 0 && part <= 1)) throw new RangeError(`quantile: ${part} is not between 0 and 1`);
  for (const sample of samples)
    if (!Number.isFinite(sample)) throw new RangeError(`quantile: ${sample} is no sample`);
  const sorted = [...samples].sort((a, b) => a - b);
  const at = part * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  const high = sorted[Math.ceil(at)]!;
  return low + (high - low) * (at - Math.floor(at));
}

export function spreadOf(samples: readonly number[]): Spread {
  return {
    median: quantile(samples, 0.5),
    p10: quantile(samples, 0.1),
    p90: quantile(samples, 0.9),
    count: samples.length,
  };
}

/** A goal for ours divided by the peer's. */
export interface Goal {
  readonly kind: 'at most' | 'at least' | 'below' | 'above';
  readonly ratio: number;
}

export function meets({ kind, ratio: goal }: Goal, ratio: number): boolean {
  switch (kind) {
    case 'at most':
      return ratio <= goal;
    case 'at least':
      return ratio >= goal;
    case 'below':
      return ratio < goal;
    case 'above':
      return ratio > goal;
  }
}

export interface Ratio extends Spread {
  /** Whether the goal is met; `undefined` without a goal. */
  readonly met: boolean | undefined;
}

/**
 * Ours divided by the peer's. The verdict is on the ratio of the medians; the spread is that of the ratios of
 * each round, whose two samples were taken one right after the other.
 * @throws RangeError when the rounds do not pair up, or a peer's sample is not positive
 */
export function ratioOf(ours: readonly number[], peer: readonly number[], goal?: Goal): Ratio {
  if (ours.length !== peer.length)
    throw new RangeError(`ratio: ${ours.length} samples of ours, ${peer.length} of the peer's`);
  for (const sample of peer) if (!(sample > 0)) throw new RangeError(`ratio: ${sample} is not positive`);
  const median = quantile(ours, 0.5) / quantile(peer, 0.5);
  const rounds = ours.map((sample, round) => sample / peer[round]!);
  return { ...spreadOf(rounds), median, met: goal && meets(goal, median) };
}
