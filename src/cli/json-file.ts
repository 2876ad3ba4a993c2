import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { ConfigError } from '../core/index.ts';

/**
 * Reads JSON from a file, or from standard input for `-`.
 * @throws ConfigError naming the file, and line and column of a JSON error
 */
export async function readJsonFile(file: string): Promise<unknown> {
  const name = file === '-' ? 'standard input' : file;
  return parseJson(await readText(file, name), name);
}

async function readText(file: string, name: string): Promise<string> {
  if (file === '-') return text(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why: Record<string, string> = {
      ENOENT: 'there is no such file',
      EACCES: 'it may not be read',
      EISDIR: 'it is a directory',
    };
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ConfigError(`${name}: ${why[code ?? ''] ?? message}`);
  }
}

/** @throws ConfigError `name:line:column: why` */
export function parseJson(source: string, name: string): unknown {
  const clean = source.startsWith('\uFEFF') ? source.slice(1) : source;
  try {
    return JSON.parse(clean);
  } catch (error) {
    const { message } = error as SyntaxError;
    const [line, column] = placeOf(clean, message);
    throw new ConfigError(`${name}:${line}:${column}: ${message.replace(/ \(line \d+ column \d+\)$/, '')}`);
  }
}

// V8 does not tell the position of every error.
function placeOf(source: string, message: string): [line: number, column: number] {
  const index = positionIn(message) ?? firstBadIndex(source);
  const lines = source.slice(0, index).split('\n');
  return [lines.length, lines.at(-1)!.length + 1];
}

function positionIn(message: string): number | undefined {
  const at = /at position (\d+)/.exec(message);
  return at ? Number(at[1]) : undefined;
}

/** The longest start of the text that could still become JSON ends there; found by halving. */
function firstBadIndex(source: string): number {
  let good = 0;
  let bad = source.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (mayGoOn(source.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function mayGoOn(start: string): boolean {
  try {
    JSON.parse(start);
    return true;
  } catch (error) {
    const { message } = error as SyntaxError;
    return /^(Unexpected end|Unterminated)/.test(message) || positionIn(message) === start.length;
  }
}
