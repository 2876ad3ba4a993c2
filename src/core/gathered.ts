/** Bytes that come in pieces of any size, joined in time that grows no faster than they do. */
export class Gathered {
  #room = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @returns all bytes so far, in place until the next piece or `clear` */
  add(piece: Uint8Array): Buffer {
    const length = this.#length + piece.length;
    if (length > this.#room.length) {
      const larger = Buffer.allocUnsafe(2 * length);
      this.#room.copy(larger, 0, 0, this.#length);
      this.#room = larger;
    }
    this.#room.set(piece, this.#length);
    this.#length = length;
    return this.#room.subarray(0, length);
  }

  /** What was given out before stays as it is. */
  clear(): void {
    this.#room = Buffer.alloc(0);
    this.#length = 0;
  }
}
