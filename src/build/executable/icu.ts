/**
 * Takes out of Node.js' ICU data what nothing can ask for, and languages that a service never speaks, which are half of it. What
 * is left is Node.js as if configured `--with-icu-locales`: Intl does not support the others and takes en-US instead.
 *
 * The data is a package in the read-only part of the executable: a header, a table of contents and the items. The table loses
 * its entries for what goes, whose bytes become zeros; nothing moves. Layout: ICU User Guide, "ICU Data", and
 * icu4c/source/common/{ucmndata.h,udatamem.h}: UDataInfo, then pairs of offsets of name and data, sorted by name.
 */
import { BuildError } from './errors.ts';

const FORMAT = 'CmnD';
/** Of a format in a header: behind the header's size, two magic bytes and UDataInfo up to dataFormat. */
const FORMAT_AT = 12;
const MAGIC = 0x27da;
const ENTRY_BYTES = 8;

/** Languages that share their data. */
const TOGETHER: readonly (readonly string[])[] = [['nb', 'nn', 'no']];
/** Segmentation of languages without spaces. */
const DICTIONARIES: Readonly<Record<string, readonly string[]>> = {
  'burmesedict.dict': ['my'],
  'cjdict.dict': ['ja', 'zh', 'yue'],
  'khmerdict.dict': ['km'],
  'laodict.dict': ['lo'],
  'thaidict.dict': ['th'],
};
/**
 * The only converters that TextDecoder opens, for the encodings of the WHATWG beside those that Node.js 24 has in code: euc-jp, gbk
 * and gb18030, big5 (two), shift_jis and iso-2022-jp, euc-kr. The other 184, EBCDIC and the like, no API of JavaScript can name.
 */
const CONVERTERS: ReadonlySet<string> = new Set([
  'euc-jp-2007.cnv',
  'gb18030-2022.cnv',
  'ibm-1373_P100-2002.cnv',
  'windows-950-2000.cnv',
  'ibm-943_P15A-2003.cnv',
  'ibm-970_P110_P110-2006_U2.cnv',
]);
const LOCALE = /^([a-z]{2,3})(?:_[A-Z][a-z]{3})?(?:_(?:[A-Z]{2}|\d{3}))?(?:__?[A-Z0-9]+)*\.res$/;

interface Item {
  readonly name: string;
  /** From the table's begin. */
  readonly nameAt: number;
  readonly dataAt: number;
  readonly end: number;
}

/**
 * @param file the executable, changed in place
 * @param languages as in ISO 639, in lower case: their regions and scripts stay as well; nothing for all
 * @throws BuildError for a language that ICU does not have, and for data of another layout
 */
export function takeOutSpareData(file: Buffer, languages: readonly string[] | undefined): void {
  const table = tableOf(file);
  const items = itemsOf(file, table);
  if (languages) checkLanguages(items, languages);
  const kept = languages && withTheirs(languages);
  const left: Item[] = [];
  for (const item of items) {
    if (stays(fileOf(item.name), kept)) left.push(item);
    else file.fill(0, table + item.dataAt, table + item.end);
  }
  file.writeUInt32LE(left.length, table);
  for (const [at, { nameAt, dataAt }] of left.entries()) {
    file.writeUInt32LE(nameAt, table + 4 + at * ENTRY_BYTES);
    file.writeUInt32LE(dataAt, table + 8 + at * ENTRY_BYTES);
  }
}

const fileOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** With those that share their data. */
function withTheirs(languages: readonly string[]): ReadonlySet<string> {
  const groups = TOGETHER.filter((group) => languages.some((language) => group.includes(language)));
  return new Set([...languages, ...groups.flat()]);
}

function stays(file: string, languages: ReadonlySet<string> | undefined): boolean {
  if (file.endsWith('.cnv')) return CONVERTERS.has(file);
  if (languages === undefined) return true;
  const users = DICTIONARIES[file];
  if (users !== undefined) return users.some((language) => languages.has(language));
  const language = LOCALE.exec(file)?.[1];
  return language === undefined || languages.has(language);
}

function checkLanguages(items: readonly Item[], languages: readonly string[]): void {
  const known = new Set(items.flatMap(({ name }) => LOCALE.exec(fileOf(name))?.[1] ?? []));
  const unknown = languages.filter((language) => !known.has(language));
  if (unknown.length === 0) return;
  const names = unknown.map((language) => JSON.stringify(language)).join(', ');
  throw new BuildError(`locales: ICU has no ${names}; it has ${[...known].sort().join(', ')}`);
}

/** Where the table of contents begins. */
function tableOf(file: Buffer): number {
  const found: number[] = [];
  for (let at = file.indexOf(FORMAT); at >= 0; at = file.indexOf(FORMAT, at + 1)) {
    const header = at - FORMAT_AT;
    if (header < 0 || file.readUInt16LE(header + 2) !== MAGIC) continue;
    found.push(header + file.readUInt16LE(header));
  }
  if (found.length !== 1) throw unlike(`${found.length} packages of data`);
  return found[0]!;
}

function itemsOf(file: Buffer, table: number): Item[] {
  const count = file.readUInt32LE(table);
  const items: Item[] = [];
  for (let at = 0; at < count; at += 1) {
    const entry = table + 4 + at * ENTRY_BYTES;
    if (entry + 2 * ENTRY_BYTES > file.length) throw unlike(`${count} items`);
    const [nameAt, dataAt] = [file.readUInt32LE(entry), file.readUInt32LE(entry + 4)];
    const next = file.readUInt32LE(entry + ENTRY_BYTES + 4);
    // The last one ends where nobody tells: it must be kept.
    const end = at + 1 < count ? next : dataAt;
    if (end < dataAt || table + end > file.length) throw unlike(`an item from ${dataAt} to ${end}`);
    items.push({ name: textAt(file, table + nameAt), nameAt, dataAt, end });
  }
  return items;
}

function textAt(file: Buffer, at: number): string {
  const end = file.indexOf(0, at);
  if (end < 0) throw unlike('a name without end');
  return file.toString('latin1', at, end);
}

const unlike = (what: string) => new BuildError(`locales: the base has ICU data of another layout: ${what}`);
