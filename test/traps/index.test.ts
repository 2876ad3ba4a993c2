import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const project = join(import.meta.dirname, '..', '..');
const TABLE = 'docs/traps.md';

interface Row {
  readonly trap: string;
  readonly file: string;
  readonly name: string;
}

// Padded, where a formatter has aligned the columns.
const ROW = /^\| ([^|]*[^| ]) +\| `(test\/[\w./-]+\.test\.ts)` +\| `([^|`]+)` +\|$/;
const HEADING = /^\| trap +\| test file +\| test +\|$/;

/** Every line of a table is a row, a heading or a rule; anything else is a row gone wrong. */
function rowsOf(text: string): { rows: Row[]; bad: string[] } {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const body = lines.filter((line) => !HEADING.test(line) && !/^[|\s-]+$/.test(line));
  const rows: Row[] = [];
  const bad: string[] = [];
  for (const line of body) {
    const [, trap, file, name] = ROW.exec(line) ?? [];
    if (trap && file && name) rows.push({ trap, file, name });
    else bad.push(line);
  }
  return { rows, bad };
}

/** What is wrong with a row; `undefined` if the file has a test of exactly this name. */
function problemOf({ file, name }: Row): string | undefined {
  const path = join(project, file);
  if (!existsSync(path)) return `${file} is missing`;
  const source = readFileSync(path, 'utf8');
  // As the argument of a call that takes a test's name, e.g. `t.test(`, on the same line or the next.
  const at = ['"', "'", '`'].flatMap((quote) => [...positions(source, `${quote}${name}${quote}`)]);
  const called = at.some((index) => /\btest\(\s*$/.test(source.slice(0, index)));
  return called ? undefined : `${file} has no test "${name}"`;
}

function* positions(text: string, part: string): Generator<number> {
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) yield at;
}

const { rows, bad } = rowsOf(readFileSync(join(project, TABLE), 'utf8'));

t.test('every row of the table of traps can be read, and no trap stands twice', async (t) => {
  t.same(bad, []);
  t.ok(rows.length > 100, `${rows.length} traps`);
  const traps = rows.map(({ trap }) => trap);
  t.same(
    traps.filter((trap, index) => traps.indexOf(trap) !== index),
    [],
  );
});

t.test('every trap has its test', async (t) => {
  t.same(
    rows.map(problemOf).filter((problem) => problem !== undefined),
    [],
  );
});

t.test('a test that is not there would be seen', async (t) => {
  const file = 'test/traps/index.test.ts';
  t.equal(problemOf({ trap: 'x', file, name: 'every trap has its test' }), undefined);
  t.equal(
    problemOf({ trap: 'x', file, name: 'every trap has its' }),
    `${file} has no test "every trap has its"`,
  );
  t.equal(problemOf({ trap: 'x', file, name: 'trap' }), `${file} has no test "trap"`);
  t.equal(problemOf({ trap: 'x', file: 'test/none.test.ts', name: 'x' }), 'test/none.test.ts is missing');
  const broken = '| trap | test file | test |\n| --- | --- | --- |\n| a | test/a.test.ts | b |';
  t.same(rowsOf(broken), { rows: [], bad: ['| a | test/a.test.ts | b |'] });
});
