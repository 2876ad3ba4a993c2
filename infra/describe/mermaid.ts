import type { Box, Picture } from './picture.ts';

/** Mermaid has no backslash escapes in labels: entity codes instead. Line ends would end the statement. */
function label(text: string): string {
  const escaped = text.replace(/[^\w .,:/()=+*@$!?~-]/gu, (char) => `#${char.codePointAt(0)};`);
  return escaped || ' ';
}

/** The picture as a Mermaid flowchart. */
export function mermaidOf({ title, columns, edges }: Picture): string {
  // Mermaid reads some ids, such as `end`, as words of its language; numbered ones are safe.
  const ids = new Map(columns.flatMap(({ boxes }) => boxes).map(({ id }, index) => [id, `n${index}`]));
  const node = ({ id, title, lines }: Box) =>
    `    ${ids.get(id)}["${[`<b>${label(title)}</b>`, ...lines.map(label)].join('<br/>')}"]`;
  const lines = ['---', `title: ${JSON.stringify(title)}`, '---', 'flowchart LR'];
  for (const [index, { title, boxes }] of columns.entries()) {
    lines.push(`  subgraph c${index}["${label(title)}"]`, ...boxes.map(node), '  end');
  }
  for (const { from, to, label: text, idle } of edges) {
    lines.push(
      `  ${ids.get(from)} ${idle ? '-.->' : '-->'}${text ? `|"${label(text)}"|` : ''} ${ids.get(to)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
