import { randomBytes } from 'node:crypto';
import { regionOf } from '../../../aws/invoke-api.ts';
import { ConfigError } from '../../../core/index.ts';
import type { EmulatorOptions } from '../options.ts';

/** Set by the emulator itself, with the flag that changes it, if any. */
const RESERVED: Readonly<Record<string, string | undefined>> = {
  _HANDLER: '--function',
  _X_AMZN_TRACE_ID: undefined,
  AWS_LAMBDA_RUNTIME_API: undefined,
  AWS_LAMBDA_FUNCTION_NAME: '--function',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '--memory',
  AWS_LAMBDA_FUNCTION_VERSION: undefined,
  AWS_LAMBDA_INITIALIZATION_TYPE: undefined,
  AWS_LAMBDA_LOG_GROUP_NAME: undefined,
  AWS_LAMBDA_LOG_STREAM_NAME: undefined,
  AWS_LAMBDA_MAX_CONCURRENCY: '--perEnvironment',
};

/** @throws ConfigError naming a variable that would be overwritten */
export function checkEnvironment(environment: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(environment)) {
    if (!Object.hasOwn(RESERVED, name)) continue;
    const flag = RESERVED[name];
    throw new ConfigError(`--env ${name}: the emulator sets it itself${flag ? `, use ${flag}` : ''}`);
  }
}

/** Where the functions believe to be. */
export function functionRegion({
  baseEnv,
  environment,
}: Pick<EmulatorOptions, 'baseEnv' | 'environment'>): string {
  return regionOf({ ...baseEnv, ...environment });
}

type Needed = Pick<EmulatorOptions, 'baseEnv' | 'environment' | 'memoryMB' | 'perEnvironment'>;

/**
 * The environment of one process, as Lambda sets it for a custom runtime, over what the developer's shell
 * has (credentials, PATH, the service's own settings).
 * @param runtimeApi `host:port`
 */
export function childEnvironment(
  options: Needed,
  functionName: string,
  runtimeApi: string,
): NodeJS.ProcessEnv {
  const { baseEnv, environment, memoryMB, perEnvironment } = options;
  const inherited = Object.fromEntries(Object.entries(baseEnv).filter(([name]) => !(name in RESERVED)));
  const region = functionRegion(options);
  return {
    ...inherited,
    TZ: 'UTC',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    LAMBDA_TASK_ROOT: process.cwd(),
    ...environment,
    _HANDLER: functionName,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMB),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName(),
    // The runtime warns of what it buffers; in Lambda that may be what is wanted.
    AMPHI_EMULATOR: '1',
    ...(perEnvironment > 1 ? { AWS_LAMBDA_MAX_CONCURRENCY: String(perEnvironment) } : {}),
  };
}

function logStreamName(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[$LATEST]${randomBytes(16).toString('hex')}`;
}
