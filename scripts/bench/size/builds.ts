/** Time of a whole build as its user waits for it: the command, in a process of its own. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NODE, runTool } from '../children.ts';
import { OUT, ROOT } from '../executables.ts';
import type { RunOptions, Series } from '../types.ts';

const BUILD_MS = 300_000;

export interface BuildTimes {
  readonly unchanged: Series;
  readonly changed: Series;
}

/** Seconds. The service of each changed build has one line that no build before had. */
export async function buildTimes({ quick, progress }: RunOptions): Promise<BuildTimes> {
  const dir = join(OUT, `source-${process.pid}`);
  const entry = join(dir, 'main.ts');
  const times: BuildTimes = {
    unchanged: { name: 'amphi build', samples: [] },
    changed: { name: 'amphi build', samples: [] },
  };
  await mkdir(dir, { recursive: true });
  try {
    for (let round = 0; round < (quick ? 1 : 5); round++) {
      await writeFile(entry, sourceOf(`${Date.now()} ${round}`));
      times.changed.samples.push(await build(entry));
      times.unchanged.samples.push(await build(entry));
      progress(
        `build: ${times.changed.samples.at(-1)!.toFixed(2)} s changed, ${times.unchanged.samples.at(-1)!.toFixed(2)} s unchanged`,
      );
    }
    return times;
  } finally {
    await rm(dir, { recursive: true, force: true });
    for (const file of ['bench-build', 'bench-build.zip']) await rm(join(OUT, file), { force: true });
  }
}

function sourceOf(mark: string): string {
  const cli = JSON.stringify(join(ROOT, 'src', 'cli', 'run.ts'));
  const core = JSON.stringify(join(ROOT, 'src', 'core', 'index.ts'));
  return `import { run } from ${cli};
import { createRegistry } from ${core};
void run(async () => ({ registry: createRegistry({ name: 'bench' }).get('/', () => ${JSON.stringify(mark)}) }));
`;
}

async function build(entry: string): Promise<number> {
  const script = join(ROOT, 'scripts', 'build.ts');
  const args = [script, '--entry', entry, '--outDir', OUT, '--name', 'bench-build'];
  const begin = performance.now();
  await runTool(NODE, args, { env: { PATH: process.env.PATH }, timeoutMs: BUILD_MS });
  return (performance.now() - begin) / 1000;
}
