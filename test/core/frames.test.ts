import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { ownFrames, ownStack } from '../../src/core/frames.ts';

const root = pathToFileURL(resolve(import.meta.dirname, '..', '..')).href;

const OWN = [
  'at handler (src/registry.ts:4:2)',
  `at handler (${root}/src/app/registry.ts:4:2)`,
  'at Object.parse (node_modules/zod/index.js:1:1)',
];
const FRAMEWORK = [
  'at runFunction (amphi/src/core/run-function.ts:1:1)',
  'at emitTopology (amphi/infra/provision.ts:1:1)',
  'at /amphi/executable/main.deferred-707e78664d69.cjs:199:197',
  `at Service.start (${root}/src/core/service.ts:9:1)`,
  `at emitTopology (${root}/infra/provision.ts:9:1)`,
  'at run (file:///srv/orders/node_modules/amphi/dist/lib/src/cli/run.js:9:1)',
  'at preHandlerCallback (/srv/orders/node_modules/fastify/lib/handle-request.js:155:5)',
];

t.test('how a handler came to be called is left out, the rest is not', async (t) => {
  for (const own of OWN) t.strictSame(ownFrames([own, ...FRAMEWORK]), [own], own);
  const below = [FRAMEWORK[0]!, 'at node:internal/timers:1:1', OWN[0]!, FRAMEWORK[1]!, OWN[2]!];
  t.strictSame(ownFrames(below), [FRAMEWORK[0], 'at node:internal/timers:1:1', OWN[0], OWN[2]]);
  t.strictSame(ownFrames(FRAMEWORK), FRAMEWORK, 'all, where the service has no part');
  t.strictSame(ownFrames([]), []);
});

t.test('the head of a stack stays, however many lines it has', async (t) => {
  const stack = ['Error: two', 'lines', `    ${OWN[0]}`, `    ${FRAMEWORK[0]}`].join('\n');
  t.equal(ownStack(stack), ['Error: two', 'lines', `    ${OWN[0]}`].join('\n'));
  t.equal(ownStack('no frames'), 'no frames');
});
