/**
 * Tells of an unchanged source that it would give the same bundle, without making one: that takes 2 s, a look at every
 * file and folder that decides it 10 ms. Where a look may not tell enough, the bundle is made and compared.
 */
import { dirname, join } from 'node:path';
import type { Base } from './base.ts';
import type { Bundle } from './bundle.ts';
import { valuesOf } from './embedded.ts';
import { codeOf } from './errors.ts';
import { sha256 } from './files.ts';
import { inputsOf } from './inputs.ts';
import type { Plan } from './plan.ts';
import { isCurrent, type Snapshot, snapshotOf } from './snapshot.ts';
import { areWritten, type Made, type Outputs, readStamp, type Shortcut, type Stamp } from './stamp.ts';

/** The last build's stamp when a look at its inputs and both files is enough. @param build as of `Reads` */
export async function unchanged(path: string, key: string | undefined, build: number, outputs: Outputs) {
  const stamp = await readStamp(path);
  const { shortcut } = stamp;
  if (key === undefined || shortcut?.key !== key || !isSeenCurrent(shortcut.inputs)) return undefined;
  const same = (await areSame(shortcut.embedded, build)) && (await areWritten(stamp, outputs));
  return same ? (stamp as Stamp & { shortcut: Shortcut }) : undefined;
}

/** What cannot be looked at is no longer what it was. */
function isSeenCurrent(inputs: Snapshot): boolean {
  try {
    return isCurrent(inputs);
  } catch (error) {
    if (codeOf(error)) return false;
    throw error;
  }
}

async function areSame(embedded: Shortcut['embedded'], build: number): Promise<boolean> {
  for (const [path, hash] of Object.entries(embedded)) {
    // The bundler tells what is wrong with one that throws.
    const values = await valuesOf(path, build).catch(() => '');
    if (sha256(values) !== hash) return false;
  }
  return true;
}

/** Of a finished build. @returns nothing where the next build has to make its bundle again */
export function shortcutOf(plan: Plan, code: Bundle, base: Base): Shortcut | undefined {
  const { key, entry, reads, begin } = plan;
  // Without strip there is a warning, and strip may come to be there.
  if (key === undefined || !base.stripped) return undefined;
  try {
    const paths = inputsOf(entry, code.metafile, reads, filesOf(plan, base));
    const inputs = paths && snapshotOf(paths, begin);
    return inputs && { key, inputs, embedded: Object.fromEntries(reads.embedded), made: madeOf(code) };
  } catch (error) {
    // Gone by now, or not to be looked at.
    if (codeOf(error)) return undefined;
    throw error;
  }
}

function filesOf({ node }: Plan, base: Base): string[] {
  return [node, join(dirname(node), '..', 'package.json'), base.path, `${base.path}.json`];
}

export function madeOf({ buildId, code, warnings }: Bundle): Made {
  return { buildId, bundleSize: Buffer.byteLength(code), warnings };
}
