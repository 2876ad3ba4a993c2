import t from 'tap';
import { parseJson } from '../../src/cli/json-file.ts';

/** The line and column at which a text stops being JSON. */
const PLACES: [text: string, place: string][] = [
  ['', '1:1'],
  ['   ', '1:4'],
  ['[', '1:2'],
  ['{"a":', '1:6'],
  ['{"a":1', '1:7'],
  ['tru', '1:4'],
  ['"abc', '1:5'],
  ['nope', '1:1'],
  ['NaN', '1:1'],
  ['undefined', '1:1'],
  ['+1', '1:1'],
  ['.5', '1:1'],
  ['01', '1:2'],
  ['1.', '1:3'],
  ['-a', '1:2'],
  ['[1,]', '1:4'],
  ['{"a":1,}', '1:8'],
  ['[1 2]', '1:4'],
  ['{"a" 1}', '1:6'],
  ["{'a':1}", '1:2'],
  ['{"a":tru}', '1:6'],
  ['{}{}', '1:3'],
  ['"a\nb"', '1:3'],
  ['"\t"', '1:2'],
  ['"\\x"', '1:3'],
  ['// c\n1', '1:1'],
  ['[1,\n2,\n,3]', '3:1'],
  ['[\r\n1,\r\nx]', '3:1'],
  ['{\n  "a": 1,\n  oops\n}', '3:3'],
  [`[${'1,'.repeat(1000)}\n]`, '2:1'],
  ['\u00a0{}', '1:1'],
  ['\uFEFF{"é": x}', '1:7'],
];

for (const [text, place] of PLACES) {
  t.test(`${JSON.stringify(text.slice(0, 30))} is wrong at ${place}`, async (t) => {
    t.throws(() => parseJson(text, 'event.json'), {
      name: 'ConfigError',
      message: new RegExp(`^event\\.json:${place}: \\S`),
    });
  });
}

t.test('what V8 says is told once, without its own count of lines', async (t) => {
  t.throws(() => parseJson('{"a" 1}', 'a.json'), {
    message: "a.json:1:6: Expected ':' after property name in JSON at position 5",
  });
});
