export { htmlOf } from './html.ts';
export { mermaidOf } from './mermaid.ts';
export { type Picture, type PicturedService, pictureOf } from './model.ts';
