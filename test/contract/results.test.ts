// Whatever a function returns, streams or throws: the same payload and the same verdict through every way in.
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { startHttpServer } from '../../src/adapters/http/index.ts';
import { resolveFunction } from '../../src/adapters/lambda/runtime/invokable.ts';
import { RESPONSE_LIMIT } from '../../src/aws/limits.ts';
import { createLogger } from '../../src/core/index.ts';
import { startFor as startEmulatorFor } from '../adapters/emulator/support.ts';
import { send } from '../adapters/http/support.ts';
import { startFakeRuntimeApi } from '../support/fake-runtime-api.ts';
import { startLambda } from '../support/lambda-process.ts';
import { nodeCommand } from '../support/node.ts';
import { runMain } from '../support/run-app.ts';
import { ECHO, RESULTS, registry, THROWN } from './results.ts';

const BOM = '\ufeff';
const MAIN = fileURLToPath(new URL('./results.ts', import.meta.url));

interface Outcome {
  readonly failed: boolean;
  readonly payload: Buffer;
}

/** One way in; the text of an event and its outcome. */
interface Door {
  readonly name: string;
  invoke(event: string): Promise<Outcome>;
}

async function lambdaDoor(t: Test): Promise<Door> {
  const api = await startFakeRuntimeApi();
  const lambda = startLambda(api, { handler: 'make', command: nodeCommand(MAIN) });
  t.teardown(async () => {
    await lambda.stop();
    await api.close();
  });
  return {
    name: 'Lambda runtime',
    async invoke(event) {
      const { kind, body, trailers } = await api.invoke(undefined, { rawBody: event, timeoutMs: 30_000 });
      // Lambda's own side gives a caller that does not stream no more than that.
      if (kind === 'response' && body.length > RESPONSE_LIMIT) return tooLarge();
      const broken = trailers['lambda-runtime-function-error-body'];
      if (broken !== undefined) return { failed: true, payload: Buffer.from(broken, 'base64') };
      return { failed: kind !== 'response', payload: body };
    },
  };
}

function tooLarge(): Outcome {
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${RESPONSE_LIMIT} bytes).`;
  return {
    failed: true,
    payload: Buffer.from(JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage })),
  };
}

async function emulatorDoor(t: Test): Promise<Door> {
  const { invoke } = await startEmulatorFor(t, {
    command: nodeCommand(MAIN),
    functions: ['make'],
    timeoutMs: 30_000,
  });
  return {
    name: 'emulator',
    async invoke(event) {
      const { functionError, bytes } = await invoke('make', event);
      return { failed: functionError !== null, payload: bytes };
    },
  };
}

async function serverDoor(t: Test): Promise<Door> {
  const logger = createLogger({ write: () => {} });
  const options = { port: 0, host: '127.0.0.1', logger, resolveFunction };
  const server = await startHttpServer(registry.freeze(), options);
  t.teardown(() => server.close());
  return {
    name: 'server',
    async invoke(event) {
      const path = '/2015-03-31/functions/make/invocations';
      const { headers, bytes } = await send(server.url, path, { method: 'POST', body: event });
      return { failed: headers['x-amz-function-error'] !== undefined, payload: bytes };
    },
  };
}

const command: Door = {
  name: 'app invoke',
  async invoke(event) {
    const { code, stdout, stderr } = await runMain(MAIN, ['invoke', 'make', '--event', '-'], {
      input: event,
    });
    return { failed: code !== 0, payload: Buffer.from(code === 0 ? stdout : stderr) };
  },
};

/** What must be equal: of a failure its type and message; the command prints JSON indented, and a line end. */
function comparable({ failed, payload }: Outcome, printed: boolean): string {
  const text = payload.toString();
  if (!failed) return `result ${printed ? compact(text) : payload.toString('latin1')}`;
  try {
    const { errorType, errorMessage } = JSON.parse(text);
    return `error ${JSON.stringify({ errorType, errorMessage })}`;
  } catch {
    return `error without JSON: ${text}`;
  }
}

/** Reading the output as text takes a byte order mark off. */
function compact(text: string): string {
  const clean = text.startsWith(BOM) ? text.slice(1) : text;
  try {
    return JSON.stringify(JSON.parse(clean));
  } catch {
    return clean.trimEnd();
  }
}

const EVENTS: Readonly<Record<string, string>> = Object.fromEntries([
  ...Object.keys(RESULTS).map((result) => [`result: ${result}`, JSON.stringify({ result })]),
  ...Object.keys(THROWN).flatMap((throws) => [
    [`throws: ${throws}`, JSON.stringify({ throws })],
    [`rejects: ${throws}`, JSON.stringify({ throws, later: true })],
  ]),
  ['event with a byte order mark', `${BOM}${JSON.stringify({ result: ECHO })}`],
  ['event after white space', ` \r\n\t${JSON.stringify({ result: ECHO, text: BOM })} \n`],
]);

/** Few at a time: each is a process. */
const AT_ONCE = 3;

async function throughCommand(): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  // A process for each: what is thrown later is what is thrown at once, as the other three show.
  const left = Object.entries(EVENTS).filter(([name]) => !name.startsWith('rejects: '));
  const work = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop())
      outcomes.set(next[0], await command.invoke(next[1]));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcomes;
}

t.test(
  `${Object.keys(EVENTS).length} kinds of results are the same payload and verdict through every way in`,
  { timeout: 180_000 },
  async (t) => {
    t.ok(Object.keys(EVENTS).length > 100);
    const doors = [await lambdaDoor(t), await emulatorDoor(t), await serverDoor(t)];
    const printed = throughCommand();
    const problems: string[] = [];
    for (const [name, event] of Object.entries(EVENTS)) {
      const outcomes = await Promise.all(doors.map((door) => door.invoke(event)));
      const shown = outcomes.map((outcome) => comparable(outcome, false));
      const asPrinted = comparable(outcomes[0]!, true);
      const outcome = (await printed).get(name);
      const byCommand = outcome === undefined ? asPrinted : comparable(outcome, true);
      if (shown.every((text) => text === shown[0]) && asPrinted === byCommand) continue;
      const told = [...doors.map((door, index) => `${door.name} ${shown[index]!.slice(0, 200)}`)];
      problems.push([name, ...told, `${command.name} ${byCommand.slice(0, 200)}`].join('\n  '));
    }
    t.strictSame(problems, []);
  },
);
