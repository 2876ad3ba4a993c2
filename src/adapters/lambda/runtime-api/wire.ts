/** A TCP connection to the Runtime API, as far as `Connection` needs one. */
export interface Wire {
  /**
   * Sends at once, or as soon as the peer is there.
   * @returns false when not all is with the kernel yet: `drained` follows
   */
  write(data: string | Uint8Array): boolean;
  /** Ends it without a word; no event follows. */
  destroy(): void;
}

export interface WireEvents {
  /** @param piece valid until this returns: the next one goes into the same memory */
  read(piece: Buffer): void;
  drained(): void;
  /** It is of no use any more: refused, broken or ended by the peer. Comes once. */
  lost(reason: string): void;
}

export const PEER_CLOSED = 'the peer closed the connection';

/** One buffer takes all reads of a connection. */
export const READ_BYTES = 256 * 1024;
