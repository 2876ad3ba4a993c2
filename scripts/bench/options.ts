import { parseArgs } from 'node:util';
import { BenchError } from './types.ts';

export interface CommandLine {
  /** Names of the benchmarks to run, in the order they are known. */
  readonly names: readonly string[];
  readonly quick: boolean;
  readonly json: string | undefined;
  readonly help: boolean;
}

/**
 * @param known the names there are; without one given, all run
 * @throws BenchError naming the flag or the benchmark that is wrong
 */
export function readCommandLine(argv: readonly string[], known: readonly string[]): CommandLine {
  const { values, positionals } = parse(argv);
  for (const name of positionals) {
    if (!known.includes(name)) {
      throw new BenchError(`there is no benchmark ${JSON.stringify(name)}, use one of ${known.join(', ')}`);
    }
  }
  if (values.json === '') throw new BenchError('--json: it must name a file');
  const names = positionals.length === 0 ? known : known.filter((name) => positionals.includes(name));
  return { names, quick: values.quick ?? false, json: values.json, help: values.help ?? false };
}

function parse(argv: readonly string[]) {
  const options = {
    quick: { type: 'boolean' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw new BenchError((error as Error).message);
  }
}
