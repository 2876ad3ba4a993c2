import type { Goal } from './stats.ts';

/** One measured thing; sample n was taken in round n. */
export interface Series {
  readonly name: string;
  readonly samples: number[];
}

/** Ours against one peer in the same rounds. */
export interface Comparison {
  readonly kind: 'comparison';
  readonly bench: string;
  /** What was measured, e.g. `hello`. */
  readonly what: string;
  readonly unit: string;
  readonly ours: Series;
  readonly peer: Series;
  /** Without one the ratio is only shown. */
  readonly goal?: Goal;
  /** Where this is a point of a curve. */
  readonly at?: CurvePoint;
}

export interface CurvePoint {
  /** Name of the curve: what all of its points are of. */
  readonly curve: string;
  /** What grows, e.g. `routes`. */
  readonly axis: string;
  readonly x: number;
}

/** Ours against a number that is not measured. */
export interface Limit {
  readonly kind: 'limit';
  readonly bench: string;
  readonly what: string;
  readonly unit: string;
  readonly ours: Series;
  /** In the row's unit; the median must be below. Without one the value is only shown. */
  readonly below?: number;
}

/** What something is made of: no verdict. */
export interface Parts {
  readonly kind: 'parts';
  readonly bench: string;
  readonly what: string;
  readonly unit: string;
  readonly parts: readonly { readonly name: string; readonly value: number }[];
}

/** Requests that got no answer in all rounds together. */
export interface Tally {
  readonly name: string;
  readonly tried: number;
  readonly lost: number;
  /** Refused or turned away, of those not tried: no loss. */
  readonly refused?: number;
}

/** Requests lost under a fault, beside a peer's under the same. */
export interface Losses {
  readonly kind: 'losses';
  readonly bench: string;
  readonly what: string;
  readonly rounds: number;
  readonly ours: Tally;
  readonly peer: Tally;
  /** The share of requests that may be lost: 0 for none. */
  readonly goal: number;
}

/** A comparison whose peer is not to be had here: nothing is shown, so the command fails. */
export interface Skipped {
  readonly kind: 'skipped';
  readonly bench: string;
  readonly what: string;
  readonly peer: string;
  readonly reason: string;
}

export type Row = Comparison | Limit | Parts | Losses | Skipped;

export interface RunOptions {
  /** Few short rounds: shows that it works, proves no goal. */
  readonly quick: boolean;
  /** What makes the load of HTTP servers. */
  readonly load: Generator;
  /** Tells what is going on. */
  readonly progress: (text: string) => void;
}

export const GENERATORS = ['wrk', 'autocannon'] as const;
export type Generator = (typeof GENERATORS)[number];

export interface Bench {
  readonly name: string;
  readonly about: string;
  run(options: RunOptions): Promise<Row[]>;
}

/** Something is wrong with the machine or the command line, said in one line. */
export class BenchError extends Error {
  override readonly name = 'BenchError';
}
