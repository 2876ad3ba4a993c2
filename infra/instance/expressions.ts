import type { Argument, Intrinsic } from '../intrinsics.ts';

/** Noncharacters of Unicode: no text of a service holds them, and no encoding of a configuration touches them. */
const [OPEN, CLOSE] = ['\ufdd0', '\ufdd1'] as const;
const MARK = new RegExp(`${OPEN}(\\d+)${CLOSE}`);

/**
 * Takes expressions through a format that knows texts only: each leaves a mark, and becomes itself again once the whole
 * text is written. What an expression resolves to is not encoded.
 */
export class Expressions {
  readonly #known: Intrinsic[] = [];

  /** The pieces as one text. */
  text(parts: readonly Argument[]): string {
    return parts.map((part) => (typeof part === 'string' ? part : this.#mark(part))).join('');
  }

  /** A text with marks as pieces. */
  parts(text: string): Argument[] {
    // Split by a group, every second piece is a number.
    return text
      .split(MARK)
      .map((piece, index) => (index % 2 === 0 ? piece : this.#known[Number(piece)]!))
      .filter((piece) => piece !== '');
  }

  #mark(part: Intrinsic): string {
    return `${OPEN}${this.#known.push(part) - 1}${CLOSE}`;
  }
}
