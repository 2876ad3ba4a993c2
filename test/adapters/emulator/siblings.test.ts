import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startFor, until } from './support.ts';

t.test('functions call each other by the emulator, in environments of their own', async (t) => {
  const { invoke } = await startFor(t);
  const payload = { text: 'é', none: null };
  t.strictSame((await invoke('call', { name: 'echo', payload })).json, payload);
  t.strictSame((await invoke('call', { name: 'fail', payload })).json, {
    caught: 'RangeError',
    message: 'no good',
  });
});

t.test('a call that nobody waits for is taken, and run', async (t) => {
  const { invoke } = await startFor(t);
  const file = join(t.testdir(), 'ran');
  const taken = await invoke('call', { name: 'act', payload: { file, id: 'later', ms: 0 }, wait: false });
  t.match(taken.json, { requestId: /^[0-9a-f-]{36}$/ });
  await until(() => read(file) === 'later\n', 'the function has run');
});

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
