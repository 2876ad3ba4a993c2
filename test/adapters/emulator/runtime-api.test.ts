import { join } from 'node:path';
import t from 'tap';
import { nodeCommand } from '../../support/node.ts';
import { isAlive, startFor } from './support.ts';

const RAW = join(import.meta.dirname, 'raw-runtime.ts');

t.test('a runtime that breaks the rules is refused, and nothing is answered by it', async (t) => {
  const { invoke } = await startFor(t, { command: nodeCommand(RAW), concurrency: 1 });
  const steps = ['wrong id', 'wrong attempt', 'next too early', 'late init error', 'unknown path', 'cut'];
  const first = await invoke('act', { steps });
  t.strictSame(first.json.results, {
    'wrong id': [400, 'InvalidRequestID'],
    'wrong attempt': [400, 'InvalidRequestID'],
    'next too early': 403,
    'late init error': [403, 'InvalidStateTransition'],
    'unknown path': [404, 'NotFound'],
    cut: 'done',
  });
  const second = await invoke('act', { steps: [] });
  t.match(second.json, {
    results: { 'answer of the last, again': [400, 'InvalidRequestID'] },
    before: 202,
    pid: first.json.pid,
  });
});

t.test('a process that never asks for the next is killed at the deadline', async (t) => {
  const { invoke } = await startFor(t, { command: nodeCommand(RAW), concurrency: 1, timeoutMs: 4000 });
  const stuck = await invoke('act', { steps: [], last: true });
  t.equal(stuck.functionError, null);
  const next = await invoke('act', { steps: [] });
  t.equal(next.functionError, null);
  t.notOk(isAlive(stuck.json.pid));
});

t.test('the shutdown extension of the runtime registers', async (t) => {
  const { invoke, output } = await startFor(t, { environment: { AMPHI_SHUTDOWN_EXTENSION: '1' } });
  t.equal((await invoke('echo', '1')).text, '1');
  t.notMatch(output(), /no shutdown extension/);
});
