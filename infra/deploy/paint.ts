import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Progress goes to standard error: colour only where that is a terminal, and NO_COLOR is not set. */
export const paint = (style: Style, text: string): string =>
  styleText(style, text, { stream: process.stderr });
