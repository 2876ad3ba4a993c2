import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { nodeCommand } from '../../support/node.ts';
import { type Answer, FIXTURE, isAlive, post, startCommand, startFor, tailOf, until } from './support.ts';

t.test('success after the deadline is a timeout, and the environment is replaced', async (t) => {
  const { invoke } = await startFor(t, { timeoutMs: 2000, concurrency: 1 });
  const { pid } = (await invoke('act', {})).json;
  const late = await invoke('act', { how: 'spin', ms: 4000 }, { 'x-amz-log-type': 'Tail' });
  t.match([late.status, late.functionError], [200, 'Unhandled']);
  t.strictSame(late.json, {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${late.requestId} Error: Task timed out after 2.00 seconds`,
  });
  t.match(tailOf(late), /Task timed out after 2\.00 seconds\nEND [\s\S]*\tStatus: timeout\n$/);
  t.notOk(isAlive(pid), 'the late process was killed');
  const next = await invoke('act', {});
  t.equal(next.functionError, null);
  t.not(next.json.pid, pid);
  const sleepy = await invoke('act', { how: 'sleep', ms: 60_000 });
  t.match(sleepy.json, { errorType: 'Sandbox.Timedout' });
});

t.test('a process that ends in the middle', async (t) => {
  const { invoke } = await startFor(t, { concurrency: 1 });
  const cases = [
    ['exit', 1, 'Runtime exited with error: exit status 1'],
    ['exit', 0, 'Runtime exited without providing a reason'],
    ['abort', 0, 'Runtime exited with error: signal: killed'],
  ] as const;
  for (const [how, ms, message] of cases) {
    const answer = await invoke('act', { how, ms });
    t.equal(answer.functionError, 'Unhandled');
    t.strictSame(answer.json, {
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${answer.requestId} Error: ${message}`,
    });
  }
  t.match(
    (await invoke('act', { how: 'exit-hook', ms: 3 })).json,
    {
      errorType: 'Runtime.ExitError',
      errorMessage: /the process ended with code 3/,
    },
    'what the runtime could still post goes before',
  );
  t.match((await invoke('act', { how: 'rejection' })).json, { errorType: 'EvalError' });
  t.match((await invoke('act', { id: 'ok' })).json, { id: 'ok' });
});

t.test('a process that ends between invocations is replaced', async (t) => {
  const { invoke } = await startFor(t, { concurrency: 1, queue: 0 });
  const { pid } = (await invoke('act', { how: 'exit-later', ms: 20 })).json;
  await until(() => !isAlive(pid), 'the exit');
  const next = await invoke('act', { id: 'next' });
  t.match(next.json, { id: 'next' });
  t.not(next.json.pid, pid);
});

t.test('what a function has started dies with its environment', async (t) => {
  const { emulator, invoke } = await startFor(t);
  const { grandchild } = (await invoke('spawn')).json;
  t.ok(isAlive(grandchild));
  await emulator.close();
  await until(() => !isAlive(grandchild), 'the end of the grandchild');
});

t.test('a start that fails is the error of the invocation that waits', async (t) => {
  const start = (FIXTURE_INIT: string, initTimeoutMs = 60_000) =>
    startFor(t, { environment: { FIXTURE_INIT }, concurrency: 2, initTimeoutMs });
  const thrown = await start('throw');
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() => thrown.invoke('echo', '1', { 'x-amz-log-type': 'Tail' })),
  );
  for (const answer of answers) {
    t.match([answer.status, answer.functionError], [200, 'Unhandled']);
    t.match(answer.json, { errorType: 'SyntaxError', errorMessage: 'cannot load', stackTrace: [/^at /] });
    t.match(tailOf(answer), /init throw\n/);
  }
  const exited = await (await start('exit')).invoke('echo', '1');
  t.match(exited.json, { errorType: 'Runtime.ExitError', errorMessage: /: exit status 7$/ });
  const hung = await (await start('hang', 1500)).invoke('echo', '1');
  t.match(hung.json, { errorType: 'Sandbox.Timedout', errorMessage: /Init timed out after 1\.50 seconds$/ });
});

t.test('a program that is not there', async (t) => {
  const { invoke } = await startFor(t, { command: [join(t.testdir(), 'no-such-program')] });
  t.match((await invoke('echo', '1')).json, {
    errorType: 'Runtime.InvalidEntrypoint',
    errorMessage: /ENOENT/,
  });
});

t.test('one invocation at a time in an environment, as many environments as allowed', async (t) => {
  const { invoke } = await startFor(t, { concurrency: 3 });
  const answers = await Promise.all(Array.from({ length: 6 }, () => invoke('act', { ms: 1500 })));
  t.ok(answers.every(({ json }) => json.active === 1));
  t.equal(new Set(answers.map(({ json }) => json.pid)).size, 3);
});

t.test('several invocations in one environment', async (t) => {
  const { invoke } = await startFor(t, { concurrency: 1, perEnvironment: 4, timeoutMs: 6000 });
  await invoke('where');
  const [late, ...answers] = await Promise.all([
    invoke('act', { ms: 60_000 }),
    ...Array.from({ length: 3 }, () => sleep(4000).then(() => invoke('act', { ms: 3000 }))),
  ]);
  t.match(late.json, { errorType: 'Sandbox.Timedout' });
  t.ok(
    answers.every((answer) => answer.functionError === null),
    'those beside a late one go on',
  );
  t.equal(new Set(answers.map(({ json }) => json.pid)).size, 1);
  t.ok(answers.some(({ json }) => json.active > 1));
  const next = await invoke('where');
  t.equal(next.json.env.AWS_LAMBDA_MAX_CONCURRENCY, '4');
});

t.test('the queue is bounded', async (t) => {
  const { invoke } = await startFor(t, { concurrency: 1, queue: 2 });
  const answers = await Promise.all(Array.from({ length: 5 }, () => invoke('act', { ms: 200 })));
  const statuses = answers.map(({ status }) => status).sort();
  t.strictSame(statuses, [200, 200, 200, 429, 429]);
  const refused = answers.find(({ status }) => status === 429)!;
  t.equal(refused.headers.get('x-amzn-errortype'), 'TooManyRequestsException');
  t.match(refused.json, { Type: 'User', Reason: /Concurrent/, message: 'Rate Exceeded.' });
});

t.test('a stop lets what runs answer, refuses what waits, and leaves no process', async (t) => {
  const { emulator, invoke, lines, output } = await startFor(t, { concurrency: 1, graceMs: 30_000 });
  const { pid } = (await invoke('act', {})).json;
  const running = invoke('act', { ms: 350, id: 'running' });
  await until(() => output().split('START').length === 3, 'the start of the running one');
  const waiting = invoke('act', {});
  const event = await invoke('act', {}, { 'x-amz-invocation-type': 'Event' });
  await emulator.close();
  t.match((await running).json, { id: 'running' });
  t.match([(await waiting).status, (await waiting).json.Message], [500, 'The emulator is stopping.']);
  t.match(lines, [{ message: 'Event invocation given up', requestId: event.requestId, reason: /stopping/ }]);
  t.notOk(isAlive(pid));
});

t.test('a stop kills what does not end', async (t) => {
  const { emulator, invoke, output } = await startFor(t, { concurrency: 1, graceMs: 300 });
  const { pid } = (await invoke('act', {})).json;
  const stuck = invoke('act', { how: 'spin', ms: 60_000 });
  await until(() => output().split('START').length === 3, 'the start of the stuck one');
  await emulator.close();
  t.match((await stuck).json, { errorType: 'Runtime.ExitError', errorMessage: /signal: killed/ });
  t.notOk(isAlive(pid));
});

t.test('an emulator that is killed leaves no process, not even one that blocks', async (t) => {
  const { child, url, exited } = await startCommand(t, nodeCommand(FIXTURE), ['--timeout', '60']);
  const call = (name: string, event: unknown) =>
    post(`${url}/2015-03-31/functions/${name}/invocations`, event);
  const { pid, grandchild } = (await call('spawn', {})).json;
  const file = join(t.testdir({ ran: '' }), 'ran');
  const pids = () => readFileSync(file, 'utf8').trim().split('\n').slice(0, 2).map(Number);
  const lost = ['sleep', 'spin'].map((how) => call('act', { how, ms: 40_000, file }).catch((error) => error));
  await until(() => pids().length === 2, 'both run');
  const ended = (await call('act', {})).json.pid;
  child.kill('SIGKILL');
  await Promise.all([exited, ...lost]);
  for (const left of [pid, grandchild, ended, ...pids()]) {
    t.ok(left > 1);
    await until(() => !isAlive(left), `the end of ${left}`);
  }
});

t.test('without descriptors an invocation fails, the emulator goes on', async (t) => {
  // Some for Node.js and the connections, few for environments.
  const command = ['sh', '-c', 'ulimit -n 64; exec "$0" "$@"', ...nodeCommand(FIXTURE)];
  const { child, url } = await startCommand(t, command, ['--concurrency', '40']);
  // Each on a connection of its own that ends with it: kept ones would hold the descriptors that later calls need.
  const call = () => callOnce(`${url}/2015-03-31/functions/act/invocations`, { ms: 500 });
  t.equal((await call())?.errorType, undefined, 'there is an environment before the attack');
  const answers = (await Promise.all(Array.from({ length: 40 }, call))).filter(
    (answer) => answer !== undefined,
  );
  const failed = answers.filter(({ errorType }) => errorType === 'Sandbox.Failure');
  t.ok(failed.length > 0, 'the attack worked');
  for (const { errorMessage } of failed)
    t.match(errorMessage, /EMFILE.*; no file descriptor is left, see ulimit -n$/);
  t.ok(answers.length > failed.length, 'others ran');
  t.equal(child.exitCode, null);
  for (let n = 0; n < 5; n++) t.equal((await call())?.errorType, undefined, 'and run again');
});

/** @returns what the function or the emulator said; `undefined` where the connection was turned away */
function callOnce(url: string, event: unknown): Promise<Record<string, unknown> | undefined> {
  return new Promise((resolve) => {
    const request = http.request(url, { method: 'POST', agent: false }, (response) => {
      let text = '';
      response.on('data', (piece) => (text += piece));
      response.once('end', () => resolve(JSON.parse(text)));
    });
    request.once('error', () => resolve(undefined));
    request.end(JSON.stringify(event));
  });
}

/** A small generator with a seed, so that a failure can be seen again. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const CHAOS: Record<string, (answer: Answer, id: string) => boolean> = {
  sleep: ({ json, functionError }, id) => functionError === null && json.id === id && json.active === 1,
  throw: ({ json, functionError }) => functionError === 'Unhandled' && json.errorType === 'TypeError',
  exit: ({ json, functionError, requestId }) =>
    functionError === 'Unhandled' &&
    json.errorMessage.startsWith(`RequestId: ${requestId} Error: Runtime exited`),
  rejection: ({ json, functionError }) => functionError === 'Unhandled' && json.errorType === 'EvalError',
  spin: ({ json, functionError, requestId }) =>
    functionError === 'Unhandled' &&
    json.errorMessage.startsWith(`RequestId: ${requestId} Error: Task timed out`),
};

t.test(
  '50 invocations at once with crashes and timeouts: none lost, none run or answered twice',
  async (t) => {
    const { invoke, output } = await startFor(t, { concurrency: 4, timeoutMs: 4000 });
    const file = join(t.testdir({ ran: '' }), 'ran');
    const random = randomOf(20_261);
    const kinds = Array.from({ length: 50 }, (_, index) => {
      const draw = random();
      const how =
        draw < 0.6
          ? 'sleep'
          : draw < 0.72
            ? 'throw'
            : draw < 0.84
              ? 'exit'
              : draw < 0.94
                ? 'rejection'
                : 'spin';
      return {
        how,
        id: `n${index}`,
        ms: how === 'spin' ? 60_000 : how === 'exit' ? 1 : Math.floor(random() * 40),
      };
    });
    t.strictSame(
      [...new Set(kinds.map(({ how }) => how))].sort(),
      Object.keys(CHAOS).sort(),
      'every kind is drawn',
    );
    const answers = await Promise.all(kinds.map((event) => invoke('act', { ...event, file })));
    for (const [index, answer] of answers.entries()) {
      const { how, id } = kinds[index]!;
      t.ok(CHAOS[how]!(answer, id), `${id} ${how}`, { text: answer.text.slice(0, 300) });
    }
    const ran = readFileSync(file, 'utf8').trim().split('\n').sort();
    t.strictSame(ran, kinds.map(({ id }) => id).sort(), 'each ran once');
    for (const word of ['START', 'END', 'REPORT']) {
      const ids = output().match(new RegExp(`^${word} RequestId: \\S+`, 'gm')) ?? [];
      t.strictSame(
        ids.map((line) => line.split(' ')[2]).sort(),
        answers.map(({ requestId }) => requestId).sort(),
        word,
      );
    }
  },
);
