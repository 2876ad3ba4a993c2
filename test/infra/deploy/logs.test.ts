import t from 'tap';
import { followEvents } from '../../../infra/deploy/index.ts';
import { readableLine } from '../../../src/cli/commands/log-lines.ts';
import { sinceFlag } from '../../../src/cli/commands/logs.ts';
import { awsError, scripted } from './scripted.ts';

const GROUPS = [
  { name: 'HttpFunctionLogs', id: 'http' },
  { name: 'ServerLogs', id: 'server' },
];

const event = (eventId: string, timestamp: number, message = eventId) => ({
  ...{ eventId, timestamp, message: `${message}\n`, logStreamName: 'stream' },
});

type Input = { logGroupName?: string; nextToken?: string; startTime?: number };

t.test('groups are merged by time, page by page', async (t) => {
  const pages: Record<string, object> = {
    http: { events: [event('a', 1), event('c', 3)], nextToken: 'more' },
    'http more': { events: [event('f', 6)] },
    server: { events: [], nextToken: 'more' },
    'server more': { events: [event('b', 2), event('d', 3), event('e', 5)] },
  };
  const { session, calls } = scripted({
    FilterLogEvents: ({ logGroupName, nextToken }: Input) =>
      pages[[logGroupName, nextToken].filter(Boolean).join(' ')],
  } as never);
  const found: string[] = [];
  for await (const { message } of followEvents(session.aws, GROUPS, 1, undefined)) found.push(message);
  t.equal(found.join(''), 'abcdef');
  t.equal(calls.length, 4);
});

t.test('following: what comes late is shown, nothing twice, and throttling is outlived', async (t) => {
  const now = 1_000_000;
  const rounds = [
    () => ({ events: [event('a', now), event('b', now + 10)] }),
    () => {
      throw awsError('ThrottlingException', 'Rate exceeded');
    },
    // `late` is older than `b`.
    () => ({ events: [event('a', now), event('late', now + 5), event('b', now + 10)] }),
  ];
  let turn = 0;
  const { session, calls } = scripted({ FilterLogEvents: () => rounds[turn++]!() });
  const stop = new AbortController();
  const found: string[] = [];
  for await (const { message } of followEvents(session.aws, GROUPS.slice(0, 1), now - 60_000, stop.signal)) {
    found.push(message);
    if (message === 'late') stop.abort();
  }
  t.same(found, ['a', 'b', 'late']);
  t.same(
    calls.map(({ input }) => input.startTime),
    [now - 60_000, now + 10 - 15_000, now + 10 - 15_000],
  );
  const denied = scripted({
    FilterLogEvents: () => {
      throw awsError('AccessDeniedException', 'no');
    },
  });
  await t.rejects(followEvents(denied.session.aws, GROUPS, 1, stop.signal).next(), {
    name: 'AccessDeniedException',
  });
});

t.test('lines for a reader', async (t) => {
  const line = (message: string, group = 'HttpFunctionLogs') =>
    readableLine({ id: '1', time: Date.UTC(2026, 0, 2, 3, 4, 5, 6), group, stream: 'i-1/stdout', message });
  const json = { timestamp: 'x', level: 'WARN', message: 'slow\u001b[2J', ms: 3, path: '/a', more: { b: 1 } };
  t.equal(line(JSON.stringify(json)), '03:04:05.006 WARN  Http slow\ufffd[2J ms=3 path=/a more={"b":1}');
  t.equal(line('REPORT x', 'ServerLogs'), '03:04:05.006        i-1/stdout REPORT x');
  t.equal(line('{broken'), '03:04:05.006        Http {broken');
});

t.test('--since', async (t) => {
  const now = Date.UTC(2026, 0, 2);
  t.equal(sinceFlag('30s', now), now - 30_000);
  t.equal(sinceFlag('2h', now), now - 7_200_000);
  t.equal(sinceFlag('1d', now), Date.UTC(2026, 0, 1));
  t.equal(sinceFlag('2026-01-01T08:00Z', now), Date.UTC(2026, 0, 1, 8));
  for (const wrong of ['', '10', 'x', '1w', '2026-99-99', '1'])
    t.throws(() => sinceFlag(wrong, now), { name: 'ConfigError', message: /--since/ });
});
