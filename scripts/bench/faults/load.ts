/** Clients in a closed loop while something happens to a server: what was asked, and what was never answered. */
import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Outcome {
  /** On connections that had served a request before. */
  readonly kept: Count;
  readonly fresh: Count;
  /** Connections refused, since nobody listened: no server lost these. */
  refused: number;
}

export interface Count {
  tried: number;
  lost: number;
}

export interface Load {
  readonly clients: number;
  /** Whether a client keeps its connection for the next request. */
  readonly keepAlive: boolean;
  /** Each client waits for a random time up to this between two requests. */
  readonly thinkMs: number;
  readonly path?: string;
  /** Sent piece by piece: a POST. */
  readonly upload?: Upload;
  /** Whether clients go on when nobody listens; otherwise a refusal ends a client. */
  readonly persistent?: boolean;
  /** A request without an answer for so long is lost; default 10,000. */
  readonly answerMs?: number;
}

export interface Upload {
  readonly pieces: number;
  readonly pieceBytes: number;
  readonly everyMs: number;
}

/** After a refusal, or a new connection that was closed, before the next attempt. */
const REFUSED_MS = 20;
const ANSWER_MS = 10_000;

/** @param meanwhile what happens to the server; the clients end when it resolves */
export async function askWhile(url: string, load: Load, meanwhile: () => Promise<unknown>): Promise<Outcome> {
  const outcome: Outcome = { kept: { tried: 0, lost: 0 }, fresh: { tried: 0, lost: 0 }, refused: 0 };
  let stopped = false;
  const client = async () => {
    const agent = agentFor(url, load.keepAlive);
    while (!stopped) {
      const { error, reused } = await ask(url, load, agent);
      if (error === 'ECONNREFUSED' && !reused) {
        outcome.refused++;
        if (!load.persistent) break;
        await sleep(REFUSED_MS);
        continue;
      }
      const count = reused ? outcome.kept : outcome.fresh;
      count.tried++;
      if (error !== undefined) count.lost++;
      if (error !== undefined && !reused) await sleep(REFUSED_MS);
      if (load.thinkMs > 0) await sleep(Math.random() * load.thinkMs);
    }
    agent.destroy();
  };
  const clients = Array.from({ length: load.clients }, client);
  try {
    await meanwhile();
  } finally {
    stopped = true;
    await Promise.all(clients);
  }
  return outcome;
}

/** The certificates of benchmarks are self-signed. */
function agentFor(url: string, keepAlive: boolean): http.Agent {
  const options = { keepAlive, maxSockets: 1 };
  return url.startsWith('https:')
    ? new https.Agent({ ...options, rejectUnauthorized: false })
    : new http.Agent(options);
}

interface Answer {
  readonly error?: string;
  readonly reused: boolean;
}

function ask(
  url: string,
  { path = '/', upload, answerMs = ANSWER_MS }: Load,
  agent: http.Agent,
): Promise<Answer> {
  const { request: open } = url.startsWith('https:') ? https : http;
  return new Promise((resolve) => {
    const method = upload ? 'POST' : 'GET';
    const request = open(new URL(path, url), { agent, method, headers: headersOf(upload) });
    const done = (error?: string) => resolve({ error, reused: request.reusedSocket });
    request.once('response', (response) => {
      response.resume().once('close', () => {
        const whole = response.complete && response.statusCode === 200;
        done(whole ? undefined : `status ${response.statusCode}, cut`);
      });
    });
    request.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    request.setTimeout(answerMs, () => request.destroy(new Error('no answer')));
    if (upload) void send(request, upload);
    else request.end();
  });
}

function headersOf(upload: Upload | undefined): http.OutgoingHttpHeaders {
  if (upload === undefined) return {};
  const length = upload.pieces * upload.pieceBytes;
  return { 'content-type': 'application/octet-stream', 'content-length': length };
}

async function send(request: http.ClientRequest, { pieces, pieceBytes, everyMs }: Upload): Promise<void> {
  const piece = Buffer.alloc(pieceBytes);
  for (let left = pieces; left > 1 && !request.destroyed; left--) {
    request.write(piece);
    await sleep(everyMs);
  }
  if (!request.destroyed) request.end(piece);
}
