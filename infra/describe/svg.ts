import { escaped } from './escaped.ts';
import { cut, type Layout, type PlacedBox, type PlacedEdge, SIZES } from './layout.ts';

/** How far it may be shrunk: text of 13 pixels stays readable. */
const LEAST = 0.92;

/** The drawing itself, which takes at most the width there is. */
export function svgOf({ width, height, headings, boxes, edges }: Layout, title: string): string {
  const parts = [
    ...headings.map(({ title, x }) => `<text class="heading" x="${x}" y="36">${escaped(title)}</text>`),
    ...edges.map(edgeOf),
    ...boxes.map(boxOf),
    ...edges.filter(({ label }) => label).map(labelOf),
  ];
  return `<svg role="img" aria-label="Topology of ${escaped(title)}, told in words below" style="min-width:${Math.round(width * LEAST)}px" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" xmlns="http://www.w3.org/2000/svg">
<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>
${parts.join('\n')}
</svg>`;
}

function boxOf({ x, y, width, height, title, lines }: PlacedBox): string {
  const left = x + SIZES.padding;
  const row = (text: string, index: number) => {
    const kind = index === 0 ? ' class="title"' : '';
    const top = y + SIZES.padding + 10 + index * SIZES.line;
    return `<text${kind} x="${left}" y="${top}">${escaped(cut(text))}</text>`;
  };
  const tooltip = escaped([title, ...lines].join(', '));
  return `<g><title>${tooltip}</title><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>${[title, ...lines].map(row).join('')}</g>`;
}

function edgeOf({ path, idle }: PlacedEdge): string {
  return `<path class="edge${idle ? ' idle' : ''}" d="${path}" marker-end="url(#arrow)"/>`;
}

function labelOf({ label, idle, middle: [x, y] }: PlacedEdge): string {
  return `<text class="label${idle ? ' idle' : ''}" x="${x}" y="${(y + 4).toFixed(1)}">${escaped(label!)}</text>`;
}
