import { ConfigError } from '../../src/core/index.ts';

/** A deployment that cannot start or has failed, as one message for the terminal. */
export class DeployError extends ConfigError {
  override readonly name = 'DeployError';
}

/** What the SDK's errors have in common, and what `aws.ts` adds. */
export interface AwsError extends Error {
  readonly code?: string;
  readonly operation?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: {
    readonly statusCode?: number;
    readonly headers?: Readonly<Record<string, string>>;
  };
}

/** The HTTP status of a refused call, `undefined` when none came. */
export function statusOf(error: unknown): number | undefined {
  const { $metadata, $response } = (error ?? {}) as Partial<AwsError>;
  return $metadata?.httpStatusCode ?? $response?.statusCode;
}

/** CloudFormation reports a missing stack by a plain ValidationError. */
export function isMissingStack(error: unknown): boolean {
  const { name, message } = error as Error;
  return name === 'ValidationError' && /does not exist/.test(message);
}

/** The change set or its stack is not there, or no longer. */
export function isMissing(error: unknown): boolean {
  return /^ChangeSetNotFound/.test((error as Error).name) || isMissingStack(error);
}

/** A throttled, dropped or failed call: a later one may well succeed. */
export function isTransient(error: unknown): boolean {
  const { name, code } = error as AwsError;
  if (UNREACHABLE.test(code ?? '') || /Throttl|TimeoutError|RequestLimit/.test(name)) return true;
  return (statusOf(error) ?? 0) >= 500;
}

const UNREACHABLE =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE)$/;

const ADVICE: readonly [RegExp, string][] = [
  [
    /CredentialsProviderError|TokenProviderError/,
    'no AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give --profile',
  ],
  [/ExpiredToken|TokenRefreshRequired|RequestExpired/, 'the AWS credentials have expired: sign in again'],
  [
    /InvalidClientTokenId|InvalidAccessKeyId|UnrecognizedClient|AuthFailure|InvalidToken/,
    'AWS does not know these credentials',
  ],
  [/SignatureDoesNotMatch/, 'AWS refuses the signature: the secret access key is wrong'],
  [/RequestTimeTooSkewed/, "this machine's clock is wrong, so AWS refuses its requests"],
  [/AccessDenied|UnauthorizedOperation|Forbidden/, 'access denied'],
];

/** An error of the SDK as one line that says what to do; errors that are not AWS's are returned unchanged. */
export function explained(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ConfigError) return error;
  const { name, message, code, operation } = error as AwsError;
  const call = operation === undefined ? '' : `${operation}: `;
  const detail = oneLine(message);
  if (/Region is missing/.test(message)) {
    return new DeployError('no AWS region: give --region or set AWS_REGION');
  }
  if (UNREACHABLE.test(code ?? '') || name === 'TimeoutError') {
    return new DeployError(`${call}cannot reach AWS (${detail || code}); look at --region and --endpointUrl`);
  }
  if (/Deserialization error/.test(message)) {
    return new DeployError(
      `${call}the response is not from AWS (HTTP ${statusOf(error)}); look at --endpointUrl`,
    );
  }
  const advice = ADVICE.find(([pattern]) => pattern.test(name))?.[1];
  if (advice) return new DeployError(`${call}${advice}${detail && detail !== name ? ` (${detail})` : ''}`);
  if (statusOf(error) === undefined && operation === undefined) return error;
  return new DeployError(`${call}${detail && detail !== name ? `${name}: ${detail}` : name}`);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
