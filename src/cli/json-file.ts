import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parse } from '@humanwhocodes/momoa';
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
    const lines = clean.slice(0, offsetOf(clean, message)).split('\n');
    const place = `${lines.length}:${lines.at(-1)!.length + 1}`;
    throw new ConfigError(`${name}:${place}: ${message.replace(/ \(line \d+ column \d+\)$/, '')}`);
  }
}

/** Where the error is. V8 does not tell the position of an unexpected token in a short text: momoa does. */
function offsetOf(source: string, message: string): number {
  const at = /at position (\d+)/.exec(message);
  if (at) return Number(at[1]);
  if (message.startsWith('Unexpected end')) return source.length;
  try {
    parse(source, { mode: 'json' });
  } catch (error) {
    return (error as { offset: number }).offset;
  }
  return 0;
}
