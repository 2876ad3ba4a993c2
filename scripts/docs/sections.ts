/** Sections of the documentation that are derived from the sources. */
import { optionsTable } from './options-table.ts';

export interface Section {
  /** Of the Markdown file, from the project's folder. */
  readonly path: string;
  /** Stands in the comments that enclose the section. */
  readonly name: string;
  readonly content: () => string;
}

export const SECTIONS: readonly Section[] = [
  { path: 'infra/README.md', name: 'options', content: optionsTable },
];

/**
 * The text with the section's content between its two comments.
 * @throws Error when the comments are not there once, in order
 */
export function withSection(text: string, { path, name, content }: Section): string {
  const begin = `<!-- ${name}: written by node scripts/docs.ts -->\n`;
  const end = `<!-- end of ${name} -->\n`;
  const [before, , ...rest] = [...text.split(begin)].flatMap((part, index) =>
    index === 0 ? [part] : part.split(end),
  );
  if (before === undefined || rest.length !== 1) {
    throw new Error(`${path}: it has no section ${name}, or more than one`);
  }
  return `${before}${begin}\n${content()}\n\n${end}${rest[0]}`;
}
