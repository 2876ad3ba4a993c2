import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { type Adapter, quirksOf } from '../../contract/adapters.ts';
import { answers, type ContractCase, views } from '../../contract/cases.ts';
import { checkCase } from '../../contract/check.ts';
import { sendHttp } from '../../support/http-client.ts';
import { nodeCommand } from '../../support/node.ts';
import { startFor } from './support.ts';

const CONTRACT = join(import.meta.dirname, '..', '..', 'contract', 'main.ts');

/** The emulator's Function URL as one more adapter of the contract suite. */
async function openAdapter(t: Test, mode: string): Promise<Adapter> {
  const { emulator } = await startFor(t, {
    ...{ command: nodeCommand(CONTRACT), functions: ['http', 'hello', 'fail'], httpPort: 0 },
    environment: { AMPHI_INVOKE_MODE: mode, AMPHI_LOG_LEVEL: 'FATAL' },
  });
  const quirks = quirksOf('function-url');
  return {
    ...quirks,
    name: `Function URL, ${mode}`,
    send: async (plain) => {
      const { headers, ...rest } = await sendHttp(emulator.httpUrl!, plain);
      return { ...rest, headers: headers.filter(([name]) => name !== 'x-amzn-RequestId') };
    },
    // No proxy stands between, and it is no HTTPS.
    viewOverrides: (contract) => ({
      ...quirks.viewOverrides?.(contract),
      url: String(contract.view?.url).replace('https:', 'http:'),
      clientIp: '127.0.0.1',
    }),
  };
}

for (const mode of ['BUFFERED', 'RESPONSE_STREAM']) {
  t.test(`the contract, ${mode}`, async (t) => {
    const adapter = await openAdapter(t, mode);
    const cases: readonly ContractCase[] = [...views, ...answers];
    for (const contract of cases) {
      t.test(contract.name, { skip: adapter.skips?.(contract) ?? false }, (t) =>
        checkCase(t, adapter, contract),
      );
    }
  });
}

t.test('what is no answer is a 502, a late function too, and a full queue a 429', async (t) => {
  const { emulator, lines } = await startFor(t, {
    ...{ httpPort: 0, concurrency: 1, queue: 0, timeoutMs: 3000, functions: ['http'] },
  });
  const url = emulator.httpUrl!;
  t.match(await (await fetch(`${url}/greet/Ada`)).text(), 'hello Ada');
  const both = await Promise.all([fetch(`${url}/hang`), fetch(`${url}/hang`)]);
  const statuses = both.map(({ status }) => status).sort();
  t.strictSame(statuses, [429, 502]);
  for (const response of both) await response.text();
  t.equal((await fetch(`${url}/greet/Bo`)).status, 200, 'and goes on');
  const large = await fetch(`${url}/echo`, { method: 'POST', body: ' '.repeat(6 * 1024 * 1024 + 1) });
  t.equal(large.status, 413);
  await large.text();
  t.strictSame(lines, []);
});

t.test('a stream that breaks breaks the connection', async (t) => {
  const { emulator } = await startFor(t, {
    ...{ httpPort: 0, functions: ['http'], environment: { AMPHI_INVOKE_MODE: 'RESPONSE_STREAM' } },
  });
  const response = await new Promise<IncomingMessage>((resolve) =>
    get(`${emulator.httpUrl}/breaks`, resolve),
  );
  t.equal(response.statusCode, 200);
  await t.rejects(buffer(response), { code: 'ECONNRESET' });
});

t.test('the routes must be offered', async (t) => {
  await t.rejects(startFor(t, { httpPort: 0, functions: ['echo'] }), {
    message: /--httpPort: the function http/,
  });
});
