import { connect } from 'node:net';

/**
 * A runtime that breaks the rules of the Runtime API, one after the other as the event asks, and answers
 * with the statuses that it got.
 */
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

const next = () => fetch(`${api}/invocation/next`);

async function post(
  path: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<[number, string]> {
  const response = await fetch(`${api}/${path}`, { method: 'POST', body, headers });
  return [response.status, ((await response.json()) as { errorType?: string }).errorType ?? ''];
}

/** Sends half of a response and drops the connection. */
function cutResponse(id: string): Promise<void> {
  const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API!.split(':');
  return new Promise((resolve) => {
    const socket = connect(Number(port), host);
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    const head = `POST /2018-06-01/runtime/invocation/${id}/response HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n`;
    socket.write(`${head}"half`, () => setTimeout(() => socket.destroy(), 50));
  });
}

const STEPS: Record<string, (id: string) => Promise<unknown>> = {
  'wrong id': () => post('invocation/nobody/response', '1'),
  'wrong attempt': (id) =>
    post(`invocation/${id}/response`, '1', { 'lambda-runtime-invocation-id': 'another' }),
  'next too early': async () => (await next()).status,
  'late init error': () => post('init/error', '{}'),
  'unknown path': () => post('nothing/here', '{}'),
  cut: cutResponse,
};

// The emulator may see the end of a connection that was cut only after the next request has come.
async function answerOnce(id: string, body: string): Promise<number> {
  for (let tries = 0; ; tries++) {
    const [status] = await post(`invocation/${id}/response`, body);
    if (status !== 403 || tries === 40) return status;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

for (let twice: [string, number] | undefined; ; ) {
  const given = await next();
  const id = given.headers.get('lambda-runtime-aws-request-id')!;
  const { steps, last } = (await given.json()) as { steps: readonly string[]; last?: boolean };
  const results: Record<string, unknown> = {};
  for (const step of steps) results[step] = (await STEPS[step]!(id)) ?? 'done';
  if (twice) results['answer of the last, again'] = await post(`invocation/${twice[0]}/response`, '"twice"');
  const answer = JSON.stringify({ results, before: twice?.[1] ?? null, pid: process.pid });
  const status = await answerOnce(id, answer);
  // Never asks for the next.
  while (last) await new Promise((resolve) => setTimeout(resolve, 1000));
  twice = [id, status];
}
