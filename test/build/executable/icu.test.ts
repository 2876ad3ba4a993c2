import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { locateBase, withoutSpareData } from '../../../src/build/executable/base.ts';
import { BASE_SHA256 } from '../../../src/build/executable/constants.ts';
import { takeOutSpareData } from '../../../src/build/executable/icu.ts';

/** A file with a package of ICU's layout in the middle, each item as long as its name. */
function fileWith(names: readonly string[]): Buffer {
  const header = Buffer.alloc(32);
  header.writeUInt16LE(32, 0);
  header.writeUInt16LE(0x27da, 2);
  header.write('CmnD', 12);
  const table = Buffer.alloc(4 + names.length * 8);
  table.writeUInt32LE(names.length, 0);
  const texts = names.map((name) => Buffer.from(`${name}\0`));
  const items = names.map((name) => Buffer.from(name.toUpperCase()));
  let [nameAt, dataAt] = [table.length, table.length + Buffer.concat(texts).length];
  for (const [at, text] of texts.entries()) {
    table.writeUInt32LE(nameAt, 4 + at * 8);
    table.writeUInt32LE(dataAt, 8 + at * 8);
    nameAt += text.length;
    dataAt += items[at]!.length;
  }
  const before = Buffer.from('code CmnD code, of no package: ');
  return Buffer.concat([before, header, table, ...texts, ...items, Buffer.from('code')]);
}

/** As ICU reads it: the names in the table, each with its item up to the next zero byte or item. */
function read(file: Buffer): Record<string, string> {
  const table = file.indexOf('CmnD', 10) - 12 + 32;
  const found: Record<string, string> = {};
  for (let at = 0; at < file.readUInt32LE(table); at += 1) {
    const nameAt = table + file.readUInt32LE(table + 4 + at * 8);
    const name = file.toString('latin1', nameAt, file.indexOf(0, nameAt));
    const dataAt = table + file.readUInt32LE(table + 8 + at * 8);
    found[name] = file.toString('latin1', dataAt, dataAt + name.length);
  }
  return found;
}

const NAMES = [
  'icudt/brkitr/cjdict.dict',
  'icudt/brkitr/thaidict.dict',
  'icudt/cnvalias.icu',
  'icudt/coll/de.res',
  'icudt/coll/de__PHONEBOOK.res',
  'icudt/de.res',
  'icudt/de_AT.res',
  'icudt/en.res',
  'icudt/en_150.res',
  'icudt/gb18030-2022.cnv',
  'icudt/ibm-37_P100-1995.cnv',
  'icudt/nb.res',
  'icudt/no.res',
  'icudt/pool.res',
  'icudt/res_index.res',
  'icudt/root.res',
  'icudt/th.res',
  'icudt/zh_Hant_HK.res',
  'icudt/zoneinfo64.res',
];
const NEUTRAL = [
  'icudt/cnvalias.icu',
  'icudt/gb18030-2022.cnv',
  'icudt/pool.res',
  'icudt/res_index.res',
  'icudt/root.res',
  'icudt/zoneinfo64.res',
];

t.test(
  'a language goes with its regions, scripts, collations and dictionary; the rest is where it was',
  async (t) => {
    for (const [languages, kept] of [
      [['en'], ['icudt/en.res', 'icudt/en_150.res']],
      [['nb'], ['icudt/nb.res', 'icudt/no.res']],
      [
        ['de', 'zh'],
        ['icudt/brkitr/cjdict.dict', ...NAMES.filter((name) => /\/(de|zh)[_.]/.test(name))],
      ],
      [['th'], ['icudt/brkitr/thaidict.dict', 'icudt/th.res']],
    ] as const) {
      const file = fileWith(NAMES);
      const whole = read(file);
      takeOutSpareData(file, languages);
      const names = [...NEUTRAL, ...kept].sort();
      t.strictSame(
        read(file),
        Object.fromEntries(names.map((name) => [name, whole[name]])),
        languages.join(),
      );
      const text = file.toString('latin1');
      for (const name of NAMES) t.equal(text.includes(name.toUpperCase()), names.includes(name), name);
      t.equal(file.length, fileWith(NAMES).length);
      t.match(text, /^code CmnD code, of no package: .*code$/s);
    }
  },
);

t.test('without languages all stay, and what nothing can ask for goes', async (t) => {
  const file = fileWith(NAMES);
  takeOutSpareData(file, undefined);
  t.strictSame(
    Object.keys(read(file)),
    NAMES.filter((name) => name !== 'icudt/ibm-37_P100-1995.cnv'),
  );
});

t.test('what cannot be done is refused', async (t) => {
  t.throws(() => takeOutSpareData(fileWith(NAMES), ['en', 'xx', 'yy']), {
    message: 'locales: ICU has no "xx", "yy"; it has de, en, nb, no, th, zh',
  });
  const layout = /^locales: the base has ICU data of another layout: /;
  t.throws(() => takeOutSpareData(Buffer.from('no data at all'), ['en']), { message: layout });
  t.throws(() => takeOutSpareData(Buffer.concat([fileWith(NAMES), fileWith(NAMES)]), ['en']), {
    message: layout,
  });
  const damaged = fileWith(NAMES);
  damaged.writeUInt32LE(2 ** 31, damaged.indexOf('CmnD', 10) - 12 + 32 + 8);
  t.throws(() => takeOutSpareData(damaged, ['en']), { message: layout });
});

const FORMATS = `console.log(JSON.stringify([
  Intl.DateTimeFormat.supportedLocalesOf(['de', 'de-AT', 'ja', 'en-GB', 'fr']),
  new Intl.NumberFormat('fr').resolvedOptions().locale,
  (1234.5).toLocaleString('de', { style: 'currency', currency: 'EUR' }),
  (1234.5).toLocaleString('fr'),
  new Date(0).toLocaleString('en-GB', { timeZone: 'Europe/Berlin', timeZoneName: 'long' }),
  ['z', 'ä'].sort(new Intl.Collator('de').compare).join(''),
  [...new Intl.Segmenter('ja', { granularity: 'word' }).segment('日本語のテスト')].length,
  new TextDecoder('shift_jis').decode(Uint8Array.of(0x93, 0xfa)),
  'é'.normalize('NFD').length,
  new URL('http://müller.de').host,
]))`;

t.test('Node.js without the other languages takes en-US for them, and all else is as before', async (t) => {
  const base = { path: locateBase(), sha256: BASE_SHA256, stripped: false };
  const dir = join(t.testdir(), 'not there yet');
  const made = await withoutSpareData(base, dir, ['de', 'en']);
  t.equal(made.path.startsWith(join(dir, 'node-')), true);
  t.not(made.sha256, BASE_SHA256);
  const env = { LANG: 'C' };
  const output = execFileSync(made.path, ['-e', FORMATS], { encoding: 'utf8', env });
  t.strictSame(JSON.parse(output), [
    ['de', 'de-AT', 'en-GB'],
    'en-US',
    '1.234,50\u00a0€',
    '1,234.5',
    '01/01/1970, 1:00:00 Central European Standard Time',
    'äz',
    1,
    '日',
    2,
    'xn--mller-kva.de',
  ]);
  t.strictSame(await withoutSpareData(base, dir, ['de', 'en']), made, 'made once');
});

const ENCODINGS =
  'utf-8 ibm866 iso-8859-2 iso-8859-3 iso-8859-4 iso-8859-5 iso-8859-6 iso-8859-7 iso-8859-8 iso-8859-8-i iso-8859-10 ' +
  'iso-8859-13 iso-8859-14 iso-8859-15 iso-8859-16 koi8-r koi8-u macintosh windows-874 windows-1250 windows-1251 windows-1252 ' +
  'windows-1253 windows-1254 windows-1255 windows-1256 windows-1257 windows-1258 x-mac-cyrillic gbk gb18030 big5 euc-jp ' +
  'iso-2022-jp shift_jis euc-kr utf-16be utf-16le x-user-defined';

/** Every byte and pair of bytes, and what the longer encodings have beside them, through each encoding of the WHATWG. */
const DECODES = `const range = (length) => [...Array(length).keys()];
const pairs = range(65536).flatMap((pair) => [pair >> 8, pair & 255]);
const triples = [0x8e, 0x8f].flatMap((lead) => range(8836).flatMap((at) => [lead, 161 + Math.floor(at / 94), 161 + (at % 94)]));
const quads = range(226800).flatMap((n) => {
  const at = n * 7;
  return [129 + Math.floor(at / 12600), 48 + (Math.floor(at / 1260) % 10), 129 + (Math.floor(at / 10) % 126), 48 + (at % 10)];
});
const ascii = pairs.filter((byte) => byte > 32 && byte < 127);
const shifted = ['$@', '$B', '(J', '(I', '$A', '$(C', '$(D'].map((escape) => [27, ...Buffer.from(escape), ...ascii]);
const inputs = [range(256), pairs, triples, quads, ...shifted].map((bytes) => Uint8Array.from(bytes));
const hash = (text) => require('node:crypto').createHash('sha256').update(text).digest('hex');
const decoded = (name) => [name, ...inputs.map((bytes) => hash(new TextDecoder(name).decode(bytes)))];
console.log(JSON.stringify('${ENCODINGS}'.split(' ').map(decoded)));`;

t.test('every encoding of TextDecoder decodes as before', async (t) => {
  const base = { path: locateBase(), sha256: BASE_SHA256, stripped: false };
  const made = await withoutSpareData(base, t.testdir());
  const decoded = (path: string): string[][] =>
    JSON.parse(execFileSync(path, ['-e', DECODES], { encoding: 'utf8' }));
  const [before, after] = [decoded(base.path), decoded(made.path)];
  t.equal(new Set(before.map(([, pair]) => pair)).size > 20, true, 'encodings differ');
  t.strictSame(after, before);
});
