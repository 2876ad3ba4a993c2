import { cut, type Layout, layoutOf, type PlacedBox, type PlacedEdge, SIZES } from './layout.ts';
import type { Picture } from './picture.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for HTML and SVG; control characters have no place in either. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char]!).replace(/[\x00-\x1f\x7f-\x9f]/g, '\ufffd');
}

const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1d2733; --soft: #5b6b7c; --edge: #8697a8; --box: #f3f6f9; --line: #c3ced9 }
@media (prefers-color-scheme: dark) { :root { --paper: #14191f; --ink: #e6edf3; --soft: #9aa9b8; --edge: #6b7c8d; --box: #1e262f; --line: #3a4754 } }
body { margin: 2rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
h1 { margin: 0; font-size: 1.5rem } p { margin: 0 0 1rem; color: var(--soft) }
svg { max-width: 100%; height: auto }
svg text { font: 13px ui-monospace, Menlo, Consolas, monospace; fill: var(--ink) }
svg .heading { fill: var(--soft); text-anchor: middle } svg .title { font-weight: 700 }
svg .label { fill: var(--soft); text-anchor: middle; font-size: 12px; paint-order: stroke; stroke: var(--paper); stroke-width: 5px }
svg rect { fill: var(--box); stroke: var(--line) } svg path.edge { fill: none; stroke: var(--edge); stroke-width: 1.4 } svg marker path { fill: var(--edge) }
`;

/** The picture as one HTML page that loads nothing: an inline SVG, readable in light and dark. */
export function htmlOf(picture: Picture): string {
  const { title, subtitle } = picture;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p>${escaped(subtitle)}</p>
${svgOf(layoutOf(picture), title)}
</body>
</html>
`;
}

function svgOf({ width, height, headings, boxes, edges }: Layout, title: string): string {
  const parts = [
    ...headings.map(({ title, x }) => `<text class="heading" x="${x}" y="36">${escaped(title)}</text>`),
    ...edges.map(edgeOf),
    ...boxes.map(boxOf),
    ...edges.filter(({ label }) => label).map(labelOf),
  ];
  return `<svg role="img" aria-label="Topology of ${escaped(title)}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" xmlns="http://www.w3.org/2000/svg">
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

function edgeOf({ path }: PlacedEdge): string {
  return `<path class="edge" d="${path}" marker-end="url(#arrow)"/>`;
}

function labelOf({ label, middle: [x, y] }: PlacedEdge): string {
  return `<text class="label" x="${x}" y="${(y + 4).toFixed(1)}">${escaped(label!)}</text>`;
}
