import { ConfigError } from '../../../core/index.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** What the deployment decides by environment variables. */
export interface Settings {
  /** `_HANDLER` */
  readonly handler: string | undefined;
  /** AWS_LAMBDA_MAX_CONCURRENCY: polls at the same time; default 1. */
  readonly concurrency: number;
  /** AMPHI_INVOKE_MODE, as Lambda names a Function URL's InvokeMode. */
  readonly streaming: boolean;
  /** AMPHI_SHUTDOWN_EXTENSION=1: be told of the shutdown by SIGTERM. */
  readonly shutdownExtension: boolean;
}

const MOST_POLLS = 1024;

/** @throws ConfigError naming the variable and its value */
export function readSettings(env: Env): Settings {
  const concurrency = Number(env.AWS_LAMBDA_MAX_CONCURRENCY || 1);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MOST_POLLS)
    throw refuse('AWS_LAMBDA_MAX_CONCURRENCY', env, `a whole number from 1 to ${MOST_POLLS}`);
  const mode = env.AMPHI_INVOKE_MODE || 'BUFFERED';
  if (mode !== 'BUFFERED' && mode !== 'RESPONSE_STREAM')
    throw refuse('AMPHI_INVOKE_MODE', env, 'BUFFERED or RESPONSE_STREAM');
  const extension = env.AMPHI_SHUTDOWN_EXTENSION || '0';
  if (extension !== '0' && extension !== '1') throw refuse('AMPHI_SHUTDOWN_EXTENSION', env, '0 or 1');
  return {
    handler: env._HANDLER,
    concurrency,
    streaming: mode === 'RESPONSE_STREAM',
    shutdownExtension: extension === '1',
  };
}

function refuse(name: string, env: Env, wanted: string): ConfigError {
  return new ConfigError(`${name} must be ${wanted}, it is ${JSON.stringify(env[name])}`);
}
