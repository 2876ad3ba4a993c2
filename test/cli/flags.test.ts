import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import yargs, { type Argv, type Options } from 'yargs';
import { main as amphi } from '../../src/build/command-line.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { nameOf } from '../../src/cli/extension.ts';
import type { Extension } from '../../src/cli/index.ts';
import { execute } from '../../src/cli/main.ts';
import { createRegistry } from '../../src/core/index.ts';

interface Known {
  readonly key: Record<string, unknown>;
  readonly array: string[];
  readonly boolean: string[];
  readonly number: string[];
}

const registry = createRegistry({ name: 'shop' });
registry.get('/', () => 'open');
registry.function('hello', () => 'hello');

/** Flags of one of each type, as a service may add them to every command. */
const CUSTOM: Record<string, Options> = {
  customText: { string: true },
  customNumber: { number: true },
  customSwitch: { boolean: true },
  customList: { string: true, array: true },
  customChoice: { choices: ['a', 'b'] },
};
const extension: Extension = {
  flags: Object.entries(CUSTOM).map(([name, option]) => ({ name, commands: ['*'], option })),
};

/** What a command needs beside the flag in question. */
const NEEDED: Record<string, Record<string, string>> = {
  httpServer: { '--port': '0', '--host': '127.0.0.1', '--tlsCert': 'cert.pem', '--tlsKey': 'key.pem' },
  emulate: { '--port': '0' },
  invoke: { '--event': join(import.meta.dirname, '..', '..', 'package.json') },
  provision: { '--noop': 'true', '--s3Bucket': 'my-bucket', '--s3Key': 'key' },
  describe: { '--format': 'html' },
  delete: { '--yes': 'true' },
};

/** Flags that take any text, or the name of a file or host, which only a look can tell to be wrong. */
const ANY_TEXT = new Set([
  ...['host', 'tlsCert', 'tlsKey', 'event', 'command', 'directory', 'out', 'artifact', 'region', 'profile'],
  ...['tag', 'parameter', 'customText', 'customList', 's3Bucket', 'outputs'],
]);

async function outcome(run: () => Promise<number>): Promise<{ code: unknown; said: string }> {
  const { write } = process.stderr;
  const { error } = console;
  let said = '';
  process.stderr.write = ((text: string) => {
    said += text;
    return true;
  }) as typeof write;
  console.error = (text: string) => {
    said += text;
  };
  try {
    const code = await Promise.race([run(), sleep(5000, 'it runs', { ref: false })]);
    return { code, said };
  } finally {
    process.stderr.write = write;
    console.error = error;
  }
}

const app = (argv: string[]) =>
  outcome(() => execute({ load: async () => ({ registry }), extend: async () => ({ extension }), argv }));

async function knownOf(builder: ((yargs: Argv) => unknown) | undefined): Promise<Known> {
  const parser = yargs([]);
  await builder?.(parser);
  return (parser as unknown as { getOptions(): Known }).getOptions();
}

/** Command lines that are wrong because of one flag. */
function wrongUses(flag: string, known: Known): string[][] {
  const name = flag.slice(2);
  if (known.boolean.includes(name)) return [[`${flag}=`], [`${flag}=nonsense`], [`${flag}=1`], [flag, flag]];
  const uses = [[flag], [flag, ''], [`${flag}=`], [`--no-${name}`]];
  if (!known.array.includes(name)) uses.push([flag, '1', flag, '1']);
  if (!ANY_TEXT.has(name)) uses.push([flag, '?? \u0001']);
  return uses;
}

for (const command of commands) {
  const name = nameOf(command);
  t.test(`${name}: every flag that is wrong is refused by its name, with exit code 2`, async (t) => {
    const { builder } = await command.load();
    const known = await knownOf((parser) => {
      builder?.(parser);
      for (const [flag, option] of Object.entries(CUSTOM)) parser.option(flag, option);
    });
    const positional = [...command.command.matchAll(/[[<](\w+)/g)].map(([, word]) => word!);
    for (const word of positional) {
      const { code, said } = await app([name, '', ...Object.entries(NEEDED[name] ?? {}).flat()]);
      t.same(code, 2, `${name} ''`);
      t.match(said, new RegExp(`^app: ${word}: needs a value$`, 'm'));
    }
    const flags = Object.keys(known.key).filter((key) => !['help', 'version', ...positional].includes(key));
    t.ok(flags.length >= Object.keys(CUSTOM).length);
    for (const flag of flags.map((key) => `--${key}`)) {
      const needed = Object.entries(NEEDED[name] ?? {}).filter(([other]) => other !== flag);
      for (const use of wrongUses(flag, known)) {
        const line = [name, ...needed.flat(), ...use];
        const { code, said } = await app(line);
        t.equal(code, 2, line.join(' '), { said });
        t.match(said, new RegExp(`^app: [^]*${flag.slice(2)}\\b`), line.join(' '));
        t.notMatch(said, /^ +at /m, 'no stack');
      }
    }
  });
}

t.test('amphi build and new: the same', async (t) => {
  for (const [line, flag] of [
    [['build'], 'entry'],
    [['build'], 'out'],
    [['build'], 'name'],
    [['new', 'somewhere'], 'name'],
    [['new', 'somewhere'], 'framework'],
  ] as const)
    for (const use of wrongUses(
      `--${flag}`,
      await knownOf((parser) => parser.option(flag, { string: true })),
    )) {
      if (use[1]?.startsWith('??')) continue;
      const { code, said } = await outcome(() => amphi([...line, ...use]));
      t.equal(code, 2, [...line, ...use].join(' '));
      t.match(said, `--${flag}: `);
    }
  t.equal((await outcome(() => amphi(['new', '']))).code, 2);
  t.equal((await outcome(() => amphi(['--', 'build']))).code, 2);
});

t.test('a command that yargs would not see, or words behind it, are refused', async (t) => {
  for (const argv of [
    [],
    ['--'],
    ['--', 'httpServer'],
    ['--customSwitch', '--', 'version'],
    ['version', '--', 'x'],
    ['lambda', 'x'],
  ])
    t.equal((await app(argv)).code, 2, argv.join(' '));
});

t.test('a log level that does not exist is refused by its variable', async (t) => {
  t.teardown(() => delete process.env.AMPHI_LOG_LEVEL);
  process.env.AMPHI_LOG_LEVEL = 'banana';
  const { code, said } = await app(['version']);
  t.equal(code, 2);
  t.equal(said, 'app: AMPHI_LOG_LEVEL "banana" is none of TRACE, DEBUG, INFO, WARN, ERROR, FATAL\n');
});
