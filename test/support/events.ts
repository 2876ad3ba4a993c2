import type { HttpSourceName } from '../../src/testing/http-sources.ts';

export { buildEvent } from '../../src/testing/http-events.ts';
export { type PlainResponse, readResult } from '../../src/testing/http-results.ts';
export { HTTP_SOURCES, type HttpSourceName, type PlainRequest } from '../../src/testing/http-sources.ts';

/** What AWS loses on the way, so a suite knows where the views must differ. */
export interface Losses {
  /** Only the last value of a repeated query key arrives. */
  readonly repeatedQuery: boolean;
  /** Repeated header lines arrive `all`, joined by a bare `comma`, or the `last` only. */
  readonly repeatedHeaders: 'all' | 'comma' | 'last';
  /** `%2F` arrives as `/`. */
  readonly encodedSlash: boolean;
  /** Only one Set-Cookie gets back. */
  readonly twoCookies: boolean;
}

const NO_LOSS: Losses = {
  repeatedQuery: false,
  repeatedHeaders: 'all',
  encodedSlash: false,
  twoCookies: false,
};

export const LOSSY: Readonly<Record<HttpSourceName, Losses>> = {
  'apigateway-v1': NO_LOSS,
  'apigateway-v2': { ...NO_LOSS, repeatedHeaders: 'comma', encodedSlash: true },
  'function-url': { ...NO_LOSS, repeatedHeaders: 'comma' },
  alb: { ...NO_LOSS, repeatedQuery: true, repeatedHeaders: 'last', twoCookies: true },
  'alb-multi': NO_LOSS,
  'vpc-lattice-v1': { ...NO_LOSS, repeatedQuery: true, repeatedHeaders: 'comma', twoCookies: true },
  'vpc-lattice-v2': NO_LOSS,
};
