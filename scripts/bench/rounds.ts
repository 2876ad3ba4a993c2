import type { RunOptions, Series } from './types.ts';

/** Takes one sample of one contender. */
export interface Contender {
  readonly name: string;
  sample(): Promise<number>;
}

/**
 * Interleaved rounds: each takes one sample of every contender, and each begins with another contender, so that a
 * machine that warms up or slows down favours none.
 * @param warmups unmeasured rounds before
 * @returns one series for each contender, in the given order
 */
export async function interleave(
  contenders: readonly Contender[],
  rounds: number,
  warmups: number,
  progress: RunOptions['progress'],
): Promise<Series[]> {
  const series = contenders.map(({ name }): Series => ({ name, samples: [] }));
  for (let round = -warmups; round < rounds; round++) {
    for (let step = 0; step < contenders.length; step++) {
      const at = (step + round + warmups) % contenders.length;
      const sample = await contenders[at]!.sample();
      if (round >= 0) series[at]!.samples.push(sample);
    }
    if (round >= 0) progress(`round ${round + 1} of ${rounds}: ${shown(series, round)}`);
  }
  return series;
}

function shown(series: readonly Series[], round: number): string {
  return series.map(({ name, samples }) => `${name} ${samples[round]!.toPrecision(4)}`).join(', ');
}
