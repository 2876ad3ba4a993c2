/** What clients get while the service does not start: why, and in a browser the page itself once it does. */
import { createServer } from 'node:http';
import { stripVTControlCharacters } from 'node:util';
import type { Take } from './front.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** @param why what the service wrote before it ended */
export function errorPage(why: string): Take {
  const text = `The service does not start. It is started again at the next change of a file.\n\n${stripVTControlCharacters(why).trim()}\n`;
  const html = `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="1"><title>amphi dev</title><pre style="white-space:pre-wrap">${text.replace(/[&<>]/g, (char) => ESCAPES[char]!)}</pre>`;
  const server = createServer((request, response) => {
    const browser = request.headers.accept?.includes('text/html') === true;
    const type = browser ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8';
    // Closed, as the next request may be for the service again.
    response.writeHead(503, { 'content-type': type, connection: 'close', 'cache-control': 'no-store' });
    response.end(browser ? html : text);
  });
  return (socket) => {
    server.emit('connection', socket);
    socket.resume();
  };
}
