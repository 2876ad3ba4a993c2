/** Columns of text, two spaces apart, without trailing blanks. A header row comes first where one is given. */
export function table(rows: readonly (readonly string[])[], header?: readonly string[]): string[] {
  const all = header ? [header, ...rows] : rows;
  const widths: number[] = [];
  for (const row of all) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

/** Text of AWS for one line of a terminal: control characters would otherwise act on it. */
export function printable(text: string | undefined): string {
  return (text ?? '').replace(/[\s\x00-\x1f\x7f-\x9f]+/g, ' ').trim();
}
