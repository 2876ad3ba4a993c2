/** Clients in a closed loop while a server is told to stop: what was asked, and what was never answered. */
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Outcome {
  /** On connections that had served a request before. */
  readonly kept: Count;
  /** On new connections; a refusal is no loss, for nobody listens any more. */
  readonly fresh: Count;
}

interface Count {
  tried: number;
  lost: number;
}

export interface DrainLoad {
  readonly clients: number;
  /** Whether a client keeps its connection for the next request. */
  readonly keepAlive: boolean;
  /** Each client waits for a random time up to this between two requests. */
  readonly thinkMs: number;
  /** How long before the signal. */
  readonly beforeMs: number;
}

/** @param stop sends the signal and resolves when the server has ended */
export async function drainUnderLoad(
  url: string,
  load: DrainLoad,
  stop: () => Promise<unknown>,
): Promise<Outcome> {
  const outcome: Outcome = { kept: { tried: 0, lost: 0 }, fresh: { tried: 0, lost: 0 } };
  let stopped = false;
  const client = async () => {
    const agent = new http.Agent({ keepAlive: load.keepAlive, maxSockets: 1 });
    while (!stopped) {
      const { error, reused } = await ask(url, agent);
      // Two refusals in a row: the server is gone.
      if (error === 'ECONNREFUSED' && !reused) break;
      const count = reused ? outcome.kept : outcome.fresh;
      count.tried++;
      if (error !== undefined) count.lost++;
      if (load.thinkMs > 0) await sleep(Math.random() * load.thinkMs);
    }
    agent.destroy();
  };
  const clients = Array.from({ length: load.clients }, client);
  await sleep(load.beforeMs);
  await stop();
  stopped = true;
  await Promise.all(clients);
  return outcome;
}

function ask(url: string, agent: http.Agent): Promise<{ error?: string; reused: boolean }> {
  return new Promise((resolve) => {
    const request = http.get(url, { agent }, (response) => {
      response.resume().once('close', () => {
        const whole = response.complete && response.statusCode === 200;
        resolve({
          error: whole ? undefined : `status ${response.statusCode}, cut`,
          reused: request.reusedSocket,
        });
      });
    });
    request.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ error: error.code ?? error.message, reused: request.reusedSocket }),
    );
  });
}
