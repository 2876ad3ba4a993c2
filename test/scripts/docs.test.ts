import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { generateDocs, publicModules } from '../../scripts/docs/generate.ts';

const project = join(import.meta.dirname, '..', '..');

/** Text by path, of every file below a folder. */
function filesIn(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.md'),
  );
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

t.test('docs/api is what the sources say: else npm run docs', async (t) => {
  const dir = t.testdir({ api: { 'stale.md': 'of a module that is gone' } });
  await generateDocs(project, join(dir, 'api'));
  const made = filesIn(join(dir, 'api'));
  const kept = filesIn(join(project, 'docs', 'api'));
  t.strictSame(Object.keys(kept), Object.keys(made));
  for (const [name, text] of Object.entries(made)) t.ok(kept[name] === text, `docs/api/${name} is current`);
});

t.test('every value that the package exports is in the reference', async (t) => {
  const modules = await publicModules(project);
  t.ok(modules.size >= 7);
  for (const [name, source] of modules) {
    const text = readFileSync(join(project, 'docs', 'api', `${name}.md`), 'utf8');
    const headings = new Set(
      [...text.matchAll(/^### ([\w\\]+)/gm)].map(([, heading]) => heading!.replaceAll('\\', '')),
    );
    const absent = Object.keys(await import(source)).filter((exported) => !headings.has(exported));
    t.strictSame(absent, [], name);
  }
});
