import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

// Every piece of code in docs/http-kit.md runs, and prints what it says. test/reference compiles them.

const guide = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'http-kit.md'), 'utf8');
const blocks = [...guide.matchAll(/^## (.*)$|^```ts\n([\s\S]*?)^```$/gm)].reduce<[string, string][]>(
  (found, [, title, code]) => {
    if (title !== undefined) found.push([title, '']);
    else found.at(-1)![1] += code;
    return found;
  },
  [],
);
const examples = blocks.filter(([, code]) => code !== '');

process.env.AMPHI_LOG_LEVEL = 'FATAL';
const dir = t.testdir(Object.fromEntries(examples.map(([, code], index) => [`block${index}.ts`, code])));

t.test('the guide has its pieces', async (t) => t.ok(examples.length >= 10));

for (const [index, [title, code]] of examples.entries()) {
  t.test(title, async (t) => {
    const wanted = [...code.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map(([, printed]) => printed);
    t.ok(wanted.length > 0, 'it says what it prints');
    const printed = t.capture(console, 'log');
    await import(join(dir, `block${index}.ts`));
    t.strictSame(
      printed().map(({ args }) => args.map(String).join(' ')),
      wanted,
    );
  });
}
