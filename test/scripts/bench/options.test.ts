import { execFile } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { HISTORY, OUT_DIR, readCommandLine } from '../../../scripts/bench/options.ts';
import { BenchError } from '../../../scripts/bench/types.ts';

const KNOWN = ['start', 'http'];
const read = (...argv: string[]) => readCommandLine(argv, KNOWN);

t.test('all benchmarks run, unless some are named', async (t) => {
  const nothing = { quick: false, json: undefined, out: OUT_DIR, load: undefined, help: false };
  t.same(read(), { names: KNOWN, ...nothing });
  const flags = ['--quick', '--json', 'f', '--out', 'd', '--load', 'autocannon'];
  t.same(read('http', 'start', ...flags), {
    names: KNOWN,
    quick: true,
    json: 'f',
    out: 'd',
    load: 'autocannon',
    help: false,
  });
});

t.test('--json may name a file, which is never taken for a benchmark', async (t) => {
  t.match(read('--json'), { json: HISTORY, names: KNOWN });
  t.match(read('--json', '--quick'), { json: HISTORY, quick: true });
  t.match(read('--json', 'http'), { json: HISTORY, names: ['http'] });
  t.match(read('http', '--json', 'f.jsonl'), { json: 'f.jsonl', names: ['http'] });
  t.match(read('--json=http'), { json: 'http', names: KNOWN });
});

t.test('the command line names what is wrong with it', async (t) => {
  const refuses = (argv: string[], message: RegExp) => {
    t.throws(() => read(...argv), BenchError);
    t.throws(() => read(...argv), { message });
  };
  refuses(['fast'], /^there is no benchmark "fast", use one of start, http$/);
  refuses(['--fast'], /--fast/);
  refuses(['--json='], /^--json: it must name a file$/);
  refuses(['--out', ''], /^--out: it must name a folder$/);
  refuses(['--load', 'ab'], /^--load: there is no "ab", use wrk or autocannon$/);
});

const MAIN = join(import.meta.dirname, '..', '..', '..', 'scripts', 'bench', 'main.ts');

function bench(...args: string[]): Promise<{ code: unknown; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (error, _stdout, stderr) =>
      resolve({ code: error?.code, stderr }),
    );
  });
}

t.test('a wrong command line measures nothing and ends with 2', async (t) => {
  t.same(await bench('fast'), {
    code: 2,
    stderr:
      'bench: there is no benchmark "fast", use one of start, http, loop, event, worker, faults, processes, memory, size, curves, cost\n',
  });
});
