import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';
import { TOPOLOGY_OPTIONS } from '../../../infra/topology/options/index.ts';
import type { Row } from '../../../infra/topology/rows.ts';
import { SECTIONS, withSection } from '../../../scripts/docs/sections.ts';

const project = resolve(import.meta.dirname, '../../..');

for (const section of SECTIONS) {
  t.test(`${section.path}: ${section.name} is current`, async (t) => {
    const text = readFileSync(join(project, section.path), 'utf8');
    t.equal(text, withSection(text, section), 'if not, run: npm run docs');
  });
}

t.test('the table of options has a line for each', async (t) => {
  const table = SECTIONS.find(({ name }) => name === 'options')!.content();
  const named = [...table.matchAll(/^\| `(?:--)?(\w+)` /gm)].map(([, name]) => name);
  const flags = Object.entries<Row>(TOPOLOGY_OPTIONS).map(([name, { flag }]) => flag || name);
  t.same(named.sort(), flags.sort());
  t.match(table, /^\| `--ec2Weight` +\| 0 to 100 +\| 100 +\| `--alb` +\| Instances' share/m);
  t.match(table, /^\| `--failover` .* \| `--alb`; dns: `--domainName`, .*`--httpApi open`, /m);
  t.match(table, /^\| `readinessPath` /m, 'what has no flag stands without dashes');
});

t.test('a section without its comments, or twice, is refused', async (t) => {
  const section = { path: 'a.md', name: 'x', content: () => 'new' };
  const old = '<!-- x: written by node scripts/docs.ts -->\n\nold\n\n<!-- end of x -->\n';
  t.equal(withSection(`a\n${old}b\n`, section), `a\n${old.replace('old', 'new')}b\n`);
  t.throws(() => withSection('a\n', section), /a\.md: it has no section x/);
  t.throws(() => withSection(old + old, section), /a\.md/);
  t.throws(() => withSection(old.split('old')[0]!, section), /a\.md/);
});
