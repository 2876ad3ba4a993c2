import type { Box, Edge, Picture } from './picture.ts';

/** Pixels. The widths fit a monospaced font of 13 pixels. */
export const SIZES = { char: 8, line: 18, padding: 12, gap: 18, channel: 140, top: 64, margin: 24 } as const;

/** The most characters of a line; the whole text is in the box's tooltip. */
const MAX_CHARS = 44;

export interface PlacedBox extends Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge extends Edge {
  readonly path: string;
  /** Middle of the label. */
  readonly middle: readonly [x: number, y: number];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly headings: readonly { readonly title: string; readonly x: number }[];
  readonly boxes: readonly PlacedBox[];
  readonly edges: readonly PlacedEdge[];
}

export function cut(text: string): string {
  const chars = [...text];
  return chars.length > MAX_CHARS ? `${chars.slice(0, MAX_CHARS - 1).join('')}\u2026` : text;
}

const widthOf = ({ title, lines }: Box) =>
  Math.max(...[title, ...lines].map((text) => [...cut(text)].length)) * SIZES.char + 2 * SIZES.padding;

const heightOf = ({ lines }: Box) => (lines.length + 1) * SIZES.line + 2 * SIZES.padding - 6;

/** Columns from left to right, each centred on the tallest; edges are curves in the channels between them. */
export function layoutOf({ columns, edges }: Picture): Layout {
  const heights = columns.map(({ boxes }) => boxes.reduce((sum, box) => sum + heightOf(box) + SIZES.gap, 0));
  const tallest = Math.max(...heights);
  const placed = new Map<string, PlacedBox>();
  const headings: { title: string; x: number }[] = [];
  let x: number = SIZES.margin;
  for (const [index, { title, boxes }] of columns.entries()) {
    const width = Math.max(title.length * SIZES.char, ...boxes.map(widthOf));
    let y = SIZES.top + (tallest - heights[index]!) / 2;
    headings.push({ title, x: x + width / 2 });
    for (const box of boxes) {
      placed.set(box.id, { ...box, x, y, width, height: heightOf(box) });
      y += heightOf(box) + SIZES.gap;
    }
    x += width + SIZES.channel;
  }
  return {
    width: x - SIZES.channel + SIZES.margin,
    height: SIZES.top + tallest + SIZES.margin,
    headings,
    boxes: [...placed.values()],
    edges: edges.map((edge) => place(edge, edges, placed)),
  };
}

/** Edges of one box leave and arrive side by side, so that they can be told apart. */
function place(edge: Edge, all: readonly Edge[], placed: ReadonlyMap<string, PlacedBox>): PlacedEdge {
  const from = placed.get(edge.from)!;
  const to = placed.get(edge.to)!;
  const leaving = all.filter((other) => other.from === edge.from);
  const arriving = all.filter((other) => other.to === edge.to);
  const x1 = from.x + from.width;
  const y1 = from.y + (from.height * (leaving.indexOf(edge) + 1)) / (leaving.length + 1);
  const x2 = to.x;
  const y2 = to.y + (to.height * (arriving.indexOf(edge) + 1)) / (arriving.length + 1);
  const bend = (x2 - x1) / 2;
  const path = `M${x1} ${y1.toFixed(1)}C${x1 + bend} ${y1.toFixed(1)} ${x2 - bend} ${y2.toFixed(1)} ${x2} ${y2.toFixed(1)}`;
  return { ...edge, path, middle: labelPoint(x1, y1, x2, y2) };
}

/** Where the curve is in the middle of the first channel: further on it may pass behind boxes of a column between. */
function labelPoint(x1: number, y1: number, x2: number, y2: number): [x: number, y: number] {
  const wanted = x1 + SIZES.channel / 2;
  const middle = (x1 + x2) / 2;
  let [low, high] = [0, 1];
  for (let step = 0; step < 20; step++) {
    const at = (low + high) / 2;
    if (onCurve(at, x1, middle, middle, x2) < wanted) low = at;
    else high = at;
  }
  return [wanted, onCurve(low, y1, y1, y2, y2)];
}

/** One coordinate of a cubic Bezier curve. */
function onCurve(at: number, a: number, b: number, c: number, d: number): number {
  const rest = 1 - at;
  return a * rest ** 3 + 3 * b * rest ** 2 * at + 3 * c * rest * at ** 2 + d * at ** 3;
}
