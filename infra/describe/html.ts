import { escaped } from './escaped.ts';
import { layoutOf } from './layout.ts';
import { outlineOf } from './outline.ts';
import type { Picture } from './picture.ts';
import { svgOf } from './svg.ts';

const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1d2733; --soft: #5b6b7c; --edge: #6f8193; --box: #f3f6f9; --line: #c3ced9; --link: #0b5cad }
@media (prefers-color-scheme: dark) { :root { --paper: #14191f; --ink: #e6edf3; --soft: #9aa9b8; --edge: #7f91a3; --box: #1e262f; --line: #3a4754; --link: #7db7f5 } }
body { margin: 1rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
h1 { margin: 0; font-size: 1.5rem } h2 { margin: 1.5rem 0 .5rem; font-size: 1.15rem } h3 { margin: 0; font-size: 1rem }
h1, h3, li, p { overflow-wrap: anywhere } main > p { margin: 0 0 1rem; color: var(--soft) }
figure { margin: 0; overflow-x: auto; display: none } @media (min-width: 50rem) { body { margin: 2rem } figure { display: block } }
svg { max-width: 100%; height: auto }
svg text { font: 13px ui-monospace, Menlo, Consolas, monospace; fill: var(--ink) }
svg .heading { fill: var(--soft); text-anchor: middle } svg .title { font-weight: 700 }
svg .label { fill: var(--soft); text-anchor: middle; font-size: 12px; paint-order: stroke; stroke: var(--paper); stroke-width: 5px }
svg rect { fill: var(--box); stroke: var(--line) } svg path.edge { fill: none; stroke: var(--edge); stroke-width: 1.4 } svg marker path { fill: var(--edge) }
svg path.idle { opacity: .45; stroke-dasharray: 4 4 } .card .idle { color: var(--soft); font-style: italic }
ul { margin: 0; padding: 0; list-style: none } .cards { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)) }
.card { padding: .6rem .8rem; background: var(--box); border: 1px solid var(--line); border-radius: 6px } .card ul { font: 14px/1.45 ui-monospace, Menlo, Consolas, monospace }
.card p { margin: .3rem 0 0 } .card:target { outline: 2px solid var(--link) } a { color: var(--link) }
`;

/** The picture as one HTML page that loads nothing: an inline SVG on wide screens, and the same in words on all. */
export function htmlOf(picture: Picture): string {
  const { title, subtitle } = picture;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>${escaped(subtitle)}</p>
<figure tabindex="0">
${svgOf(layoutOf(picture), title)}
</figure>
${outlineOf(picture)}
</main>
</body>
</html>
`;
}
