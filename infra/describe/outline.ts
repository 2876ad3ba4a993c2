/** The picture in words: for narrow screens, where it takes its place, and for who listens to it. */
import { escaped } from './escaped.ts';
import type { Box, Edge, Picture } from './picture.ts';

/** A card for each box, with links to where it leads. */
export function outlineOf({ columns, edges }: Picture): string {
  const boxes = columns.flatMap((column) => column.boxes);
  const numbers = new Map(boxes.map(({ id }, index) => [id, index]));
  const card = ({ id, title, lines }: Box) => {
    const leaving = edges.filter(({ from }) => from === id);
    return [
      `<li class="card" id="box-${numbers.get(id)}"><h3>${escaped(title)}</h3>`,
      ...(lines.length > 0 ? [`<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>`] : []),
      ...leaving.map((edge) => wayOf(edge, boxes, numbers)),
      '</li>',
    ].join('');
  };
  return columns
    .map(
      ({ title, boxes }) =>
        `<h2>${escaped(title)}</h2>\n<ul class="cards">${boxes.map(card).join('\n')}</ul>`,
    )
    .join('\n');
}

function wayOf(
  { to, label, idle }: Edge,
  boxes: readonly Box[],
  numbers: ReadonlyMap<string, number>,
): string {
  const title = boxes.find(({ id }) => id === to)?.title ?? to;
  const how = label ? ` (${escaped(label)})` : '';
  return `<p${idle ? ' class="idle"' : ''}>leads to <a href="#box-${numbers.get(to)}">${escaped(title)}</a>${how}</p>`;
}
