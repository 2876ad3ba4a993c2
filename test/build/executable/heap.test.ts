import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { HEAP_FLAG } from '../../../src/build/executable/constants.ts';
import { buildService } from '../../../src/build/executable/service.ts';
import { post, startCommand } from '../../adapters/emulator/support.ts';
import { nodeCommand } from '../../support/node.ts';

const MB = 1024 * 1024;

const REGISTRY = `
import vm from 'node:vm';
import v8 from 'node:v8';
import os from 'node:os';
import { createRegistry } from 'amphi';
export const registry = createRegistry({ name: 'heap' });
registry.function('heap', async () => {
  const { Script } = vm;
  const rejected = [];
  vm.Script = class extends Script {
    constructor(...given) {
      super(...given);
      rejected.push(this.cachedDataRejected);
    }
  };
  await import('./large.deferred.ts');
  vm.Script = Script;
  const limit = v8.getHeapStatistics().heap_size_limit;
  const { title, execArgv } = process;
  const nodeOptions = process.env.NODE_OPTIONS ?? null;
  return { limit, constrained: process.constrainedMemory(), total: os.totalmem(), title, execArgv, rejected, nodeOptions };
});
`;

const dir = t.testdir({
  'main.ts': "import { run } from 'amphi';\nvoid run(() => import('./registry.ts'));\n",
  'registry.ts': REGISTRY,
  'large.deferred.ts': 'export const large = (n: number) => n + 1;\n',
  out: {},
});
const main = join(dir, 'main.ts');
const app = (
  await buildService({ entry: main, outDir: join(dir, 'out'), name: 'heap', compression: 1, warn: () => {} })
).executable.path;

interface Heap {
  readonly limit: number;
  readonly constrained: number;
  readonly total: number;
  readonly title: string;
  readonly execArgv: string[];
  readonly rejected: unknown[];
}

function run(env: Record<string, string> = {}, flags: string[] = [], machineMB?: number) {
  const command = [app, ...flags, 'invoke', 'heap', '--event', '-'];
  const whole =
    machineMB === undefined ? command : ['unshare', '-m', 'sh', '-c', onMachine(machineMB), ...command];
  const pairs = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const args = ['-i', `PATH=${process.env.PATH}`, ...pairs, ...whole];
  return spawnSync('env', args, { input: '{}', encoding: 'utf8', timeout: 60_000 });
}

/** What `run` printed, and that neither it nor its assets had their code cache refused. */
function heapOf(t: Test, ...args: Parameters<typeof run>): Heap {
  const { stdout, stderr, status } = run(...args);
  t.equal(stderr, '', 'no warning of a code cache that V8 refused');
  t.equal(status, 0);
  const heap: Heap = JSON.parse(stdout);
  t.strictSame(heap.rejected.slice(-1), [false], 'nor of an asset');
  return heap;
}

/** A private /proc/meminfo makes it a machine of another size, such as Lambda's microVMs. */
function onMachine(megabytes: number): string {
  const file = join(dir, `meminfo-${megabytes}`);
  writeFileSync(file, `MemTotal: ${megabytes * 1024} kB\n`);
  return `mount --bind ${file} /proc/meminfo && exec "$0" "$@"`;
}

/** What Node.js itself takes the percentage of. */
const memoryOf = ({ constrained, total }: Heap) =>
  constrained > 0 && constrained < 2 ** 64 ? constrained : total;

/** The young generation comes on top: three semi-spaces of 64 MB at most. */
const YOUNG_MB = 3 * 64;

t.test('the heap may take 90 % of what the process may have', async (t) => {
  const heap = heapOf(t);
  t.strictSame(heap.execArgv, [HEAP_FLAG]);
  const above = heap.limit / MB - (0.9 * memoryOf(heap)) / MB;
  t.ok(above > -2 && above <= YOUNG_MB + 2, `${above} MB above 90 %`);
});

const machines =
  spawnSync('unshare', ['-m', 'sh', '-c', 'mount --bind /dev/null /proc/meminfo']).status === 0;
const noMachine = machines ? false : 'a private mount namespace needs root and unshare';
const small = heapLimited();

t.test('it is 90 % on machines of the sizes of Lambda', { skip: noMachine || small }, async (t) => {
  for (const size of [128, 512, 1769, 10_240]) {
    const heap = heapOf(t, {}, [], size);
    t.equal(heap.total, size * MB);
    const above = heap.limit / MB - size * 0.9;
    t.ok(above > -2 && above < YOUNG_MB + 2 && above < size * 0.1, `${size} MB: ${above} MB above 90 %`);
  }
});

/** A limit of this machine's own goes before the size of the machine. */
function heapLimited(): string | false {
  const heap: Heap = JSON.parse(run().stdout);
  return memoryOf(heap) === heap.total ? false : 'this process has a limit of its own';
}

t.test("an operator's own limit wins over the baked one", async (t) => {
  const cases: [options: string, megabytes: (heap: Heap) => number][] = [
    ['--max-old-space-size=300', () => 300],
    ['--max_old_space_size=300', () => 300],
    ['--max-old-space-size=200 --max-old-space-size=300', () => 300],
    ['--max-old-space-size-percentage=10', (heap) => memoryOf(heap) / MB / 10],
  ];
  for (const [options, megabytes] of cases) {
    const given: Parameters<typeof run>[] = [[{ NODE_OPTIONS: `--title=mine ${options}` }]];
    // On the command line nothing is read but the options themselves.
    if (options.includes('percentage')) given.push([{}, [`--node-options=--title=mine ${options}`]]);
    for (const args of given) {
      const heap = heapOf(t, ...args);
      const above = heap.limit / MB - megabytes(heap);
      t.ok(above > -2 && above <= YOUNG_MB + 2, `${options}: ${above} MB above`);
      t.equal(heap.title, 'mine', 'the other options count too');
    }
  }
});

t.test('a bad option in NODE_OPTIONS is refused as Node.js refuses it, an empty one is none', async (t) => {
  const bad = run({ NODE_OPTIONS: '--no-such-option' });
  t.equal(bad.status, 9);
  t.match(bad.stderr, /heap: bad option: --no-such-option/);
  t.strictSame(heapOf(t, { NODE_OPTIONS: '  ' }).execArgv, [HEAP_FLAG]);
});

for (const [what, command] of [
  ['the executable', [app]],
  ['from source', nodeCommand(main)],
] as const) {
  t.test(`app emulate --memory limits the heap as Lambda's machine of that size: ${what}`, async (t) => {
    const invoke = async (args: string[]) => {
      const { url } = await startCommand(t, command, args);
      const heap = (await post(`${url}/2015-03-31/functions/heap/invocations`, {})).json;
      return { heap, limit: heap.limit / MB };
    };
    for (const size of [128, 1769]) {
      const { heap, limit } = await invoke(['--memory', String(size)]);
      const real = machines && !small ? heapOf(t, {}, [], size).limit / MB : size * 0.95;
      t.ok(Math.abs(limit - real) < size * 0.06, `${limit} MB here, ${real} MB there`);
      t.notMatch(heap.nodeOptions ?? '', /space/, 'the function sees nothing of it');
    }
    const own = await invoke([
      '--memory',
      '1024',
      '--env',
      'NODE_OPTIONS=--max-old-space-size=300 --title=mine',
    ]);
    t.ok(own.limit > 298 && own.limit <= 302 + YOUNG_MB, `${own.limit} MB of the function's own`);
    t.equal(own.heap.title, 'mine');
    const other = await invoke(['--memory', '128', '--env', 'NODE_OPTIONS=--title=mine']);
    t.ok(other.limit < 128, `${other.limit} MB`);
    t.equal(other.heap.title, 'mine', 'other options go on');
  });
}
