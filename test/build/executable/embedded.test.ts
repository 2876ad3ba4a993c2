import { join } from 'node:path';
import t from 'tap';
import { bundle } from '../../../src/build/executable/bundle.ts';

const READER = `import { readFileSync } from 'node:fs';
export const text: string = readFileSync(new URL('beside.sh', import.meta.url), 'utf8');
export const size = { bytes: text.length };
`;

const SCRIPT = `echo "it's \${HOME} \\\\ \u00e9 \u2028"\n`;

t.test('an embedded module is in the bundle by its values', async (t) => {
  const dir = t.testdir({
    'main.ts': "import { size, text } from './file.embedded.ts';\nexport const all = [text, size.bytes];\n",
    'file.embedded.ts': READER,
    'beside.sh': SCRIPT,
  });
  const { code } = await bundle(join(dir, 'main.ts'), []);
  t.notMatch(code, 'readFileSync');
  const module = { exports: {} as { all?: unknown } };
  new Function('module', 'exports', 'require', '__filename', code)(
    module,
    module.exports,
    process.getBuiltinModule('node:module').createRequire(import.meta.url),
    import.meta.filename,
  );
  t.same(module.exports.all, [SCRIPT, SCRIPT.length]);
});

t.test('in an asset, too', async (t) => {
  const dir = t.testdir({
    'main.ts': "export const load = () => import('./big.deferred.ts');\n",
    'big.deferred.ts': "export { text } from './file.embedded.ts';\n",
    'file.embedded.ts': READER,
    'beside.sh': 'echo only-here\n',
  });
  const { code, assets } = await bundle(join(dir, 'main.ts'), []);
  t.notMatch(code, 'only-here');
  t.match([...assets.values()].at(-1), /echo only-here/);
});

t.test('what cannot be embedded is an error of the build', async (t) => {
  const dir = t.testdir({
    'missing.ts': "import { text } from './missing.embedded.ts';\nconsole.log(text);\n",
    'missing.embedded.ts': READER.replace('beside', 'nowhere'),
    'code.ts': "import { run } from './code.embedded.ts';\nrun();\n",
    'code.embedded.ts': 'export const run = () => 1;\n',
  });
  const refused = (name: string, message: RegExp) =>
    t.rejects(bundle(join(dir, name), []), { name: 'BuildError', message });
  await refused('missing.ts', /nowhere\.sh/);
  await refused('code.ts', /code\.embedded\.ts: the export run is no plain value/);
});
