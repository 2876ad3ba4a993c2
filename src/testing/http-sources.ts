/** The HTTP adapters of Lambda; `alb-multi` is a target group with `lambda.multi_value_headers.enabled`. */
export const HTTP_SOURCES = [
  'apigateway-v1',
  'apigateway-v2',
  'function-url',
  'alb',
  'alb-multi',
  'vpc-lattice-v1',
  'vpc-lattice-v2',
] as const;
export type HttpSourceName = (typeof HTTP_SOURCES)[number];

/** A request as a client sends it. */
export interface PlainRequest {
  readonly method: string;
  /** Percent-encoded as sent. */
  readonly path: string;
  /** As sent, without `?`; default none. */
  readonly query?: string;
  /** Lines as sent, repeats included. `Host` is added when missing. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: Uint8Array | string;
  readonly clientIp?: string;
}
