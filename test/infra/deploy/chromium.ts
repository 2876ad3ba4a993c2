/** A page as Chromium shows it, by the DevTools protocol. @see https://chromedevtools.github.io/devtools-protocol/ */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Why it cannot be used, or nothing. */
export const missingChromium = (): string | false =>
  NAMES.some((name) => spawnSync(name, ['--version']).status === 0) ? false : 'there is no Chromium';

export interface Browser {
  /** Calls a method of the protocol on the page. */
  call<T>(method: string, params?: object): Promise<T>;
  /** The value of an expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  close(): Promise<void>;
}

/** Starts the browser with one page, which it opens. */
export async function openPage(url: string): Promise<Browser> {
  const name = NAMES.find((name) => spawnSync(name, ['--version']).status === 0)!;
  const profile = mkdtempSync(join(tmpdir(), 'amphi-chromium-'));
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
  ];
  const args = [...flags, '--disable-component-update', '--disable-sync', `--user-data-dir=${profile}`];
  const child = spawn(name, [...args, '--remote-debugging-port=0', 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const address = await addressOf(child.stderr!);
  const pages = (await (await fetch(`http://${new URL(address).host}/json/list`)).json()) as {
    type: string;
    webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(pages.find(({ type }) => type === 'page')!.webSocketDebuggerUrl);
  await once(socket, 'open');
  const call = caller(socket);
  const loaded = new Promise<void>((resolve) => {
    socket.on('message', (data) => JSON.parse(String(data)).method === 'Page.loadEventFired' && resolve());
  });
  await call('Page.enable');
  await call('Page.navigate', { url });
  await loaded;
  return {
    call,
    evaluate: async (expression) =>
      (await call<Evaluated<never>>('Runtime.evaluate', { expression, returnByValue: true })).result.value,
    close: async () => {
      socket.close();
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface Evaluated<T> {
  readonly result: { readonly value: T };
}

async function addressOf(log: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const piece of log) {
    text += String(piece);
    const address = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error(`Chromium ended: ${text}`);
}

function caller(socket: WebSocket): Browser['call'] {
  let last = 0;
  return (method, params = {}) => {
    const id = ++last;
    return new Promise((resolve, reject) => {
      const onMessage = (data: unknown) => {
        const answer = JSON.parse(String(data));
        if (answer.id !== id) return;
        socket.off('message', onMessage);
        if (answer.error) reject(new Error(answer.error.message));
        else resolve(answer.result);
      };
      socket.on('message', onMessage);
      socket.send(JSON.stringify({ id, method, params }));
    });
  };
}
