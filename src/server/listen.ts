import { ConfigError } from '../core/index.ts';

const PROBLEMS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is already in use',
  EACCES: 'permission denied; ports below 1024 need root or CAP_NET_BIND_SERVICE',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the host name could not be looked up',
};

/** Why a server cannot listen, in one line that names host and port. */
export function listenError(error: NodeJS.ErrnoException, host: string, port: number): ConfigError {
  const why = PROBLEMS[error.code ?? ''] ?? error.message;
  return new ConfigError(`cannot listen on port ${port} of host ${host}: ${why}`, { cause: error });
}
