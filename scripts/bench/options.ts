import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { BenchError, GENERATORS, type Generator } from './types.ts';

/** What `--json` and `--out` mean where they name nothing. */
export const HISTORY = join(import.meta.dirname, '..', '..', 'dist', 'bench', 'history.jsonl');
export const OUT_DIR = join(import.meta.dirname, '..', '..', 'dist', 'bench');

/** As people at the working directory see it. */
export const shortPath = (path: string) => relative(process.cwd(), path);

export interface CommandLine {
  /** Names of the benchmarks to run, in the order they are known. */
  readonly names: readonly string[];
  readonly quick: boolean;
  /** The history file that the run is added to. */
  readonly json: string | undefined;
  /** Where the curves are written. */
  readonly out: string;
  /** `undefined`: wrk where it is on PATH, otherwise autocannon. */
  readonly load: Generator | undefined;
  readonly help: boolean;
}

/**
 * @param known the names there are; without one given, all run
 * @throws BenchError naming the flag or the benchmark that is wrong
 */
export function readCommandLine(argv: readonly string[], known: readonly string[]): CommandLine {
  const { values, positionals } = parse(withFile(argv, known));
  for (const name of positionals) {
    if (!known.includes(name)) {
      throw new BenchError(`there is no benchmark ${JSON.stringify(name)}, use one of ${known.join(', ')}`);
    }
  }
  if (values.json === '') throw new BenchError('--json: it must name a file');
  if (values.out === '') throw new BenchError('--out: it must name a folder');
  const names = positionals.length === 0 ? known : known.filter((name) => positionals.includes(name));
  return {
    names,
    quick: values.quick ?? false,
    json: values.json,
    out: values.out ?? OUT_DIR,
    load: generatorOf(values.load),
    help: values.help ?? false,
  };
}

/** `--json` may stand alone: the name of a benchmark behind it is no file. */
function withFile(argv: readonly string[], known: readonly string[]): string[] {
  return argv.flatMap((word, at) => {
    const next = argv[at + 1];
    const alone = word === '--json' && (next === undefined || next.startsWith('-') || known.includes(next));
    return alone ? [`--json=${HISTORY}`] : [word];
  });
}

function generatorOf(name: string | undefined): Generator | undefined {
  const found = GENERATORS.find((each) => each === name);
  if (name === undefined || found) return found;
  throw new BenchError(`--load: there is no ${JSON.stringify(name)}, use ${GENERATORS.join(' or ')}`);
}

function parse(argv: readonly string[]) {
  const options = {
    quick: { type: 'boolean' },
    json: { type: 'string' },
    out: { type: 'string' },
    load: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw new BenchError((error as Error).message);
  }
}
