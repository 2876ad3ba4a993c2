import { ConfigError } from '../../../../../core/index.ts';
import type { Format } from './decode.ts';

type Options = Readonly<Record<string, unknown>>;

/** @throws ConfigError naming source and option */
export function checkWhole(source: string, options: object, name: string, min: number, max: number): void {
  const value = (options as Options)[name];
  if (value === undefined) return;
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    throw optionError(source, name, value, `it must be a whole number from ${min} to ${max}`);
  }
}

/** @throws ConfigError naming source and option */
export function checkFormat(source: string, name: string, value: unknown, formats: readonly Format[]): void {
  if (value !== undefined && !formats.includes(value as Format)) {
    throw optionError(source, name, value, `it must be one of ${formats.join(', ')}`);
  }
}

/** A literal must be an ARN of the service; parameters and expressions are checked by the infra module. */
export function checkArn(source: string, name: string, value: unknown, service: string): void {
  if (typeof value === 'object' && value !== null) return;
  if (typeof value === 'string' && new RegExp(`^arn:[\\w-]+:${service}:`).test(value)) return;
  const want = `it must be an ARN (arn:aws:${service}:...), { parameter } or a CloudFormation expression`;
  throw optionError(source, name, value, want);
}

export function optionError(source: string, name: string, value: unknown, problem: string): ConfigError {
  return new ConfigError(`${source}: ${name} ${JSON.stringify(value) ?? 'missing'}: ${problem}`);
}
