import { join } from 'node:path';
import t from 'tap';
import { bundle } from '../../../src/build/executable/bundle.ts';

const SOURCE =
  "import width from 'string-width';\nexport const made = (text: string): number => width(text);\n";

t.test('widths are measured by string-width, which is not loaded before', async (t) => {
  const dir = t.testdir({ 'main.ts': SOURCE });
  const { code } = await bundle(join(dir, 'main.ts'), []);
  const compiled: string[] = [];
  const Real = RegExp;
  const Counting = new Proxy(Real, {
    construct: (target, args: [string, string]) => {
      compiled.push(String(args[0]));
      return new target(...args);
    },
  });
  const module = { exports: {} as { made(text: string): number } };
  const run = new Function('module', 'exports', 'require', '__filename', '__dirname', 'RegExp', code);
  run(
    module,
    module.exports,
    process.getBuiltinModule('node:module').createRequire(import.meta.url),
    import.meta.filename,
    dir,
    Counting,
  );
  const emoji = () => compiled.some((pattern) => pattern.includes('RGI_Emoji'));
  t.equal(module.exports.made('plain'), 5);
  t.equal(emoji(), false, 'plain text needs no table of emoji');
  t.equal(module.exports.made('\u5bbf\u{1F44B}'), 4, 'two columns each');
  t.equal(module.exports.made('\u001b[31mred\u001b[0m'), 3, 'colours have none');
  t.equal(emoji(), true);
});
