import { ConfigError } from '../../../core/index.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
  /** As given, for the Host header. */
  readonly authority: string;
}

const SHAPE = /^(?:\[([0-9A-Fa-f:.%]+)\]|([^:[\]/\s]+))(?::(\d{1,5}))?$/;

/**
 * Reads AWS_LAMBDA_RUNTIME_API: `host:port`, `host` (port 80) or `[IPv6]:port`.
 * @throws ConfigError quoting what cannot be read
 */
export function parseAddress(value: string | undefined): Address {
  const match = SHAPE.exec(value ?? '');
  const port = Number(match?.[3] ?? 80);
  if (value === undefined || match === null || port < 1 || port > 65_535) {
    throw new ConfigError(`AWS_LAMBDA_RUNTIME_API must be host:port, it is ${JSON.stringify(value)}`);
  }
  return { host: (match[1] ?? match[2])!, port, authority: value };
}
