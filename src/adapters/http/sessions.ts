import type { Server } from 'node:http';
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';

/** A client that takes nothing of a reply for so long loses its stream. */
const STALLED_MS = 60_000;
const CANCEL = 8;
/** `GOAWAY` with the highest number: no new streams, please, but those that are on their way are taken (RFC 9113, 6.8). */
const LAST_STREAM = 2 ** 31 - 1;

interface Seen {
  readonly streams: Set<ServerHttp2Stream>;
  bytes: number;
  /** When bytes moved last, as far as was looked at. */
  since: number;
}

/** The connections that speak HTTP/2, and how long each has been quiet. */
export class Sessions {
  readonly #open = new Map<ServerHttp2Session, Seen>();
  #ending = false;

  constructor(server: Server) {
    server.on('session', (session: ServerHttp2Session) => this.#add(session));
  }

  get size(): number {
    return this.#open.size;
  }

  /** Asks all clients for no new streams. */
  announceEnd(): void {
    this.#ending = true;
    for (const session of this.#open.keys()) announce(session);
  }

  /**
   * @param quietMs without a stream and a byte for so long, a session is closed
   * @param stuckMs with streams whose client neither sends nor takes for so long, it is cut
   */
  closeQuiet(now: number, quietMs: number, stuckMs: number): void {
    for (const [session, seen] of this.#open) {
      look(session, seen, now);
      const quiet = now - seen.since;
      if (seen.streams.size === 0 && quiet >= quietMs) session.close();
      else if (quiet >= stuckMs && [...seen.streams].every(waitsForClient)) session.destroy();
    }
  }

  destroyAll(): void {
    for (const session of this.#open.keys()) session.destroy();
  }

  #add(session: ServerHttp2Session): void {
    const seen: Seen = { streams: new Set(), bytes: 0, since: Date.now() };
    this.#open.set(session, seen);
    session.once('close', () => this.#open.delete(session));
    session.on('stream', (stream: ServerHttp2Stream) => {
      seen.streams.add(stream);
      stream.once('close', () => seen.streams.delete(stream));
      stream.setTimeout(STALLED_MS, () => stream.writableLength > 0 && stream.close(CANCEL));
    });
    if (this.#ending) announce(session);
  }
}

function announce(session: ServerHttp2Session): void {
  if (!session.destroyed && !session.closed) session.goaway(0, LAST_STREAM);
}

function look(session: ServerHttp2Session, seen: Seen, now: number): void {
  if (session.destroyed) return;
  const bytes = session.socket.bytesRead + session.socket.bytesWritten;
  if (bytes === seen.bytes) return;
  seen.bytes = bytes;
  seen.since = now;
}

/** It is being uploaded, or its reply is not taken. */
function waitsForClient(stream: ServerHttp2Stream): boolean {
  return stream.writableLength > 0 || stream.state.remoteClose === 0;
}
