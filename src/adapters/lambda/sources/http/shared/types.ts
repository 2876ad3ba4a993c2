import type { Awaitable, Context, RawRequest, RawResponse } from '../../../../../core/index.ts';

export interface SourceOptions {
  /**
   * A path prefix that a custom domain's mapping adds, cut off on a segment boundary:
   * `/` and segments, no trailing slash; `''` for none.
   */
  readonly basePath: string;
}

/** One way in which AWS hands an HTTP request to a function. Only these folders know the shapes. */
export interface HttpSource {
  readonly name: HttpSourceName;
  matches(event: unknown): boolean;
  /** @throws HttpError 400 `UNSUPPORTED_EVENT` for an event of this source that lacks what it must have */
  toRequest(event: unknown, options: SourceOptions): RawRequest;
  /**
   * The result that the source expects; synchronous unless the body is a stream.
   * @throws HttpError 500 `RESPONSE_TOO_LARGE`
   */
  toResult(response: RawResponse, event: unknown, context: Context): Awaitable<HttpResult>;
}

/** The union of the sources' result shapes; each sets only the keys that it knows. */
export interface HttpResult {
  statusCode: number;
  /** ALB and VPC Lattice: `200 OK`. */
  statusDescription?: string;
  /** A list only for several `set-cookie` to VPC Lattice, version 2. */
  headers?: Record<string, string | string[]>;
  multiValueHeaders?: Record<string, string[]>;
  /** Payload format 2.0: whole `Set-Cookie` values. */
  cookies?: string[];
  body: string;
  isBase64Encoded: boolean;
}

export const HTTP_SOURCE_NAMES = [
  'apigateway-v1',
  'apigateway-v2',
  'function-url',
  'alb',
  'vpc-lattice-v1',
  'vpc-lattice-v2',
] as const;
export type HttpSourceName = (typeof HTTP_SOURCE_NAMES)[number];

/** Everything that `detectSource` can tell apart; `direct` is an invoke with a payload of its own. */
export type SourceName =
  | HttpSourceName
  | 'apigateway-websocket'
  | 'apigateway-authorizer'
  | 'bedrock-agent'
  | 'sqs'
  | 'sns'
  | 's3'
  | 'ses'
  | 'dynamodb'
  | 'kinesis'
  | 'codecommit'
  | 'kafka'
  | 'mq'
  | 'documentdb'
  | 'cloudwatch-logs'
  | 'firehose'
  | 'eventbridge'
  | 'cognito'
  | 'cloudformation'
  | 'direct';
