import { spawnSync } from 'node:child_process';
import { findProgram } from '../support/programs.ts';

export { findProgram };

/** `false`, or why a test that needs these programs is skipped. */
export function skipWithout(...names: string[]): string | false {
  const absent = names.filter((name) => findProgram(name) === undefined);
  return absent.length === 0 ? false : `not on PATH: ${absent.join(', ')}`;
}

/** Runs a checker to its end: its status and everything it printed. */
export function check(
  program: string,
  args: string[],
  input?: string,
): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    input,
    timeout: 120_000,
  });
  if (error) throw error;
  return { status, output: stdout + stderr };
}

/** Every value in a tree with its path, objects and lists included. */
export function* walk(value: unknown, path: string[] = []): Generator<[string[], unknown]> {
  yield [path, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) yield* walk(child, [...path, key]);
}

/** A Python that has boto3: the one on PATH, or Debian's. */
export function pythonWithBoto(): string | undefined {
  const works = (python: string) => spawnSync(python, ['-c', 'import boto3']).status === 0;
  return ['python3', '/usr/bin/python3'].find(works);
}
