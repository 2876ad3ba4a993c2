import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { emitTopology, writeTopology } from '../../infra/index.ts';
import { FULL, SAMPLE } from './sample.ts';

t.test('three files, whole, in a folder that is made', async (t) => {
  const dir = join(t.testdir(), 'new/folder');
  const emitted = emitTopology(SAMPLE);
  const paths = await writeTopology(dir, emitted);
  t.same(
    paths,
    ['template.json', 'user-data.sh', 'supervisord.conf'].map((name) => join(dir, name)),
  );
  const [template, script, conf] = paths.map((path) => readFileSync(path, 'utf8'));
  t.same(JSON.parse(template!), emitted.template);
  t.equal(template!.at(-1), '\n');
  t.equal(script, emitted.userData);
  t.equal(conf, emitted.supervisordConf);
});

t.test('writing again replaces them and leaves nothing else', async (t) => {
  const dir = t.testdir({ 'template.json': 'old', 'mine.txt': 'mine' });
  await writeTopology(dir, emitTopology(FULL));
  t.same(readdirSync(dir).sort(), ['mine.txt', 'supervisord.conf', 'template.json', 'user-data.sh']);
  t.match(readFileSync(join(dir, 'template.json'), 'utf8'), /ops-key/);
  t.equal(readFileSync(join(dir, 'mine.txt'), 'utf8'), 'mine');
});

t.test('a folder that cannot be made is named, and nothing is left', async (t) => {
  const dir = t.testdir({ file: 'x' });
  await t.rejects(writeTopology(join(dir, 'file'), emitTopology(SAMPLE)), { message: /file/ });
  t.equal(readFileSync(join(dir, 'file'), 'utf8'), 'x');
});

t.test('when a file cannot be written, the others keep what they were', async (t) => {
  const blocked = `.supervisord.conf.${process.pid}`;
  const dir = t.testdir({ 'template.json': 'old', [blocked]: {} });
  await t.rejects(writeTopology(dir, emitTopology(SAMPLE)), { code: /^EISDIR$/ });
  t.equal(readFileSync(join(dir, 'template.json'), 'utf8'), 'old');
  t.notOk(existsSync(join(dir, 'user-data.sh')));
});
