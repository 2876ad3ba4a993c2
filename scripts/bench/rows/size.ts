/**
 * Size of executable and Lambda zip, which of the executable's pages a start and a run touch, by section, and the time of
 * builds. The peer of the sizes is the Node.js inside, as npm brings it and zipped the same way: what a service adds to it,
 * or the build takes away from it.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeLambdaZip } from '../../../src/aws/lambda-zip.ts';
import { end, failure, NODE, start } from '../children.ts';
import { buildBenchService, buildEnglish, buildSample } from '../executables.ts';
import { lambdaEnv } from '../lambda-env.ts';
import { FastRuntimeApi } from '../runtime-api.ts';
import { buildTimes } from '../size/builds.ts';
import { readSections, type Section } from '../size/sections.ts';
import { touchedIn, touchedPages } from '../size/touched.ts';
import type { Goal } from '../stats.ts';
import type { Bench, Limit, Parts, Row, RunOptions } from '../types.ts';

/** `npm run build` at commit 7d78b68, before the work on its size began. */
const ZIP_BEFORE = 43_254_861;
const UNCHANGED_S = 2;
const CHANGED_S = 6;
const SMALLER: Goal = { kind: 'below', ratio: 1 };
const LONGEST_MS = 60_000;
/** Sections below are one part. */
const SHOWN_BYTES = 500_000;

export const sizeBench: Bench = {
  name: 'size',
  about: 'executable and zip, pages touched by start and run, time of builds',
  async run(options) {
    const app = await buildSample(options);
    const { unchanged, changed } = await buildTimes(options);
    return [
      ...(await sizes(app, await buildEnglish(options))),
      ...(await touched(await buildBenchService(options), options)),
      limit('build of an unchanged source', 's', unchanged.samples, UNCHANGED_S),
      limit('build of a changed source', 's', changed.samples, CHANGED_S),
    ];
  },
};

function limit(what: string, unit: string, samples: number[], below?: number): Limit {
  return {
    kind: 'limit',
    bench: 'size',
    what,
    unit,
    ours: { name: 'amphi', samples },
    ...(below && { below }),
  };
}

async function sizes(app: string, english: string): Promise<Row[]> {
  const dir = await mkdtemp(join(tmpdir(), 'amphi-bench-'));
  try {
    const bare = await writeLambdaZip(NODE, join(dir, 'node.zip'));
    const files = [app, NODE, `${app}.zip`, `${english}.zip`];
    const [executable, node, zip, small] = await Promise.all(files.map(bytesOf));
    return [
      beside('executable', 'node binary', executable!, node!),
      beside('Lambda zip', 'node binary, zipped', zip!, bare),
      beside('Lambda zip', 'zip of commit 7d78b68', zip!, ZIP_BEFORE, SMALLER),
      beside('Lambda zip, --locales en', 'all languages', small!, zip!),
    ];
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const bytesOf = async (file: string) => (await stat(file)).size;

function beside(what: string, name: string, ours: number, peer: number, goal?: Goal): Row {
  const series = { ours: { name: 'amphi', samples: [ours / 1e6] }, peer: { name, samples: [peer / 1e6] } };
  return { kind: 'comparison', bench: 'size', what, unit: 'MB', ...series, ...(goal && { goal }) };
}

/** At the first /next, and after many invocations. */
async function touched(app: string, { quick, progress }: RunOptions): Promise<Row[]> {
  const many = quick ? 2_000 : 50_000;
  progress(`pages touched by a start and ${many} invocations`);
  const sections = await readSections(app);
  const api = new FastRuntimeApi({ name: 'Ada' });
  api.allow(0);
  await api.listen();
  const child = start(app, [], { env: lambdaEnv(api.address, 'small') });
  const ended = failure(child).then((error): never => {
    throw error;
  });
  try {
    const states: Set<number>[] = [];
    for (const count of [0, many]) {
      await Promise.race([ended, api.reach(count, LONGEST_MS)]);
      states.push(touchedPages(child.pid!, app));
    }
    const [atStart, inRun] = states as [Set<number>, Set<number>];
    const later = new Set([...inRun].filter((page) => !atStart.has(page)));
    const ever = new Set([...inRun, ...atStart]);
    return [
      partsOf('touched at /next', sections, (section) => touchedIn(section, atStart)),
      partsOf('touched beyond that in a run', sections, (section) => touchedIn(section, later)),
      partsOf('never touched', sections, (section) => section.size - touchedIn(section, ever)),
    ];
  } finally {
    await end(child);
    await api.close();
  }
}

function partsOf(what: string, sections: readonly Section[], bytes: (section: Section) => number): Parts {
  const [large, small] = [
    sections.filter(({ size }) => size >= SHOWN_BYTES),
    sections.filter(({ size }) => size < SHOWN_BYTES),
  ];
  const sum = small.reduce((all, section) => all + bytes(section), 0);
  const parts = large.map((section) => ({
    name: `${section.name || 'injected'} of ${(section.size / 1e6).toFixed(1)} MB`,
    value: bytes(section) / 1e6,
  }));
  return {
    kind: 'parts',
    bench: 'size',
    what,
    unit: 'MB',
    parts: [...parts, { name: 'all else', value: sum / 1e6 }],
  };
}
