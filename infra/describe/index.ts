export { htmlOf } from './html.ts';
export { mermaidOf } from './mermaid.ts';
export type { Picture, PicturedService } from './picture.ts';
export { pictureOf } from './picture-of.ts';
