/** What makes a command line pleasant: help with groups and examples, what was meant, completion by the shell. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { CommandTools } from '../../src/cli/command.ts';
import { EXAMPLES } from '../../src/cli/commands/examples.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { complete } from '../../src/cli/completion/complete.ts';
import { SHELLS, scriptFor } from '../../src/cli/completion/scripts.ts';
import { nameOf } from '../../src/cli/extension.ts';
import { nearest } from '../../src/cli/suggest.ts';
import { createRegistry, defineTopology } from '../../src/index.ts';
import { nodeCommand } from '../support/node.ts';
import { runCommand } from '../support/run-app.ts';

const registry = createRegistry({ name: 'shop' });
registry.get('/', () => 'open');
registry.function('hello', () => 'hello');
registry.function('help-desk', () => 'hello');
const topology = defineTopology({ stages: { prod: {}, preview: {} } });

const tools: CommandTools = {
  load: async () => ({ registry }),
  extension: {
    flags: [{ name: 'costCenter', commands: ['provision'], option: { choices: ['red', 'blue'] } }],
  },
  service: async () => registry.freeze(),
  topology: async () => topology,
};
const values = async (...words: string[]) => (await complete(commands, tools, words)).map(([value]) => value);

const [program, ...first] = nodeCommand(join(import.meta.dirname, '..', '..', 'src', 'app', 'main.ts'));
const app = (args: string[], env: Record<string, string> = {}) =>
  runCommand(program!, [...first, ...args], { env });

t.test('what was meant is told, where it is near', async (t) => {
  for (const [args, refusal] of [
    [['provison'], 'Unknown command: provison. Did you mean provision?'],
    [['wokrer', '--concurency', '3'], 'Unknown command: wokrer. Did you mean worker?'],
    [['banana'], 'Unknown command: banana'],
    [['httpServer', '--prt', '3'], 'Unknown flag: --prt. Did you mean --port?'],
    [
      ['httpServer', '--keep-alive-timout=3'],
      'Unknown flag: --keep-alive-timout. Did you mean --keepAliveTimeout?',
    ],
    [['provision', '--s3bucket', 'x'], 'Unknown flag: --s3bucket. Did you mean --s3Bucket?'],
    [['status', '--banana'], 'Unknown flag: --banana'],
    [['version', 'extra'], 'Unknown argument: extra'],
  ] as const) {
    const { code, stdout, stderr } = await app([...args]);
    t.strictSame([code, stdout, stderr], [2, '', `app: ${refusal}\nTry: app --help\n`], args.join(' '));
  }
});

t.test('a candidate is near when a third of the word or less is another', async (t) => {
  t.equal(nearest('LOG', ['logs', 'delete']), 'logs');
  t.equal(nearest('min-size', ['maxSize', 'minSize']), 'minSize');
  t.equal(nearest('xyz', ['abc']), undefined);
  t.equal(nearest('port', []), undefined);
});

t.test('help has groups where there are many flags, and examples that are right', async (t) => {
  t.strictSame(
    Object.keys(EXAMPLES).filter((name) => !commands.some((command) => nameOf(command) === name)),
    [],
  );
  const { stdout } = await app(['provision', '--help']);
  for (const [, flags] of stdout.matchAll(/^\S.*:\n((?: .*\n)+)/gm))
    t.ok([...flags!.matchAll(/^ +(?:-h, )?--/gm)].length <= 20, flags!);
  for (const [name, examples] of Object.entries(EXAMPLES)) {
    for (const [line] of examples) {
      const words = line.split(/ [<>|]/)[0]!.split(' ');
      t.equal(words[0], name);
      const flags = words.filter((word) => word.startsWith('--'));
      for (const flag of flags) t.ok((await values(name, flag)).includes(flag), line);
    }
  }
});

t.test('words are completed by commands, flags, and the values that flags and arguments take', async (t) => {
  t.ok((await values('')).includes('httpServer'));
  t.strictSame(await values('lo'), ['logs']);
  t.strictSame(await values('invoke', 'hel'), ['hello', 'help-desk']);
  t.strictSame(await values('invoke', 'hello', '--ev'), ['--event']);
  t.strictSame(await values('invoke', 'hello', '--event', 'x'), [], 'files are for the shell');
  t.strictSame(await values('httpServer', '--invokeApi', ''), ['loopback', 'token', 'all', 'off']);
  t.strictSame(await values('httpServer', '--invokeApi', '=', 't'), ['token'], 'as bash cuts it');
  t.strictSame(await values('httpServer', '--invokeApi', '='), ['loopback', 'token', 'all', 'off']);
  t.strictSame(await values('httpServer', '--invokeApi=t'), ['--invokeApi=token']);
  t.strictSame(await values('provision', '--stage', 'p'), ['prod', 'preview']);
  t.strictSame(await values('provision', '--alb', 'inter'), ['internet-facing', 'internal']);
  t.strictSame(await values('provision', '--costCenter', ''), ['red', 'blue']);
  t.strictSame(await values('provision', '--runOn', 'hello=l'), ['hello=lambda']);
  t.strictSame(await values('provision', '--stage', 'prod', '--sta'), ['--startretries', '--stack']);
  t.strictSame(await values('provision', '--tag', 'a=b', '--ta'), ['--tag'], 'it may be repeated');
  t.strictSame(await values('events', 'sq'), ['sqs', 'sqs-fifo']);
  t.strictSame(await values('completion', ''), [...SHELLS]);
  t.strictSame(await values('banana', ''), []);
});

t.test('a registry with a mistake in it completes nothing, and says nothing', async (t) => {
  const broken = { ...tools, service: async () => Promise.reject(new Error('mistake')) };
  t.strictSame(await complete(commands, broken, ['invoke', '']), []);
});

// What each shell has to be told for its completion to run once, and to print what it found.
const ASK: Readonly<Record<string, (script: string) => string>> = {
  bash: (script) =>
    `. ${script}; COMP_WORDS=(app invoke hel); COMP_CWORD=2; _app_completion; printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: (script) =>
    `compdef() { :; }; _describe() { printf '%s\\n' "\${(@P)2%%:*}"; }; . ${script}; words=(app invoke hel); CURRENT=3; _app_completion`,
  fish: (script) => `source ${script}; complete -C 'app invoke hel' | cut -f 1`,
};

for (const shell of SHELLS) {
  const absent = spawnSync(shell, ['-c', 'true']).error !== undefined && `${shell} is not installed`;
  t.test(`${shell} completes by the script`, { skip: absent }, async (t) => {
    const dir = t.testdir({});
    const main = join(import.meta.dirname, '..', '..', 'src', 'app', 'main.ts');
    writeFileSync(join(dir, 'app'), `#!/bin/sh\nexec ${nodeCommand(main).join(' ')} "$@"\n`);
    chmodSync(join(dir, 'app'), 0o755);
    const script = join(dir, 'script');
    writeFileSync(script, scriptFor(shell, 'app'));
    const env = { ...process.env, PATH: `${dir}:${process.env.PATH}`, HOME: dir };
    const found = execFileSync(shell, ['-c', ASK[shell]!(script)], { env, encoding: 'utf8' });
    t.strictSame(found.trim().split('\n'), ['hello']);
  });
}

t.test('the script is for the shell that SHELL names, and for any name of the executable', async (t) => {
  const own = await app(['completion'], { SHELL: '/usr/bin/fish' });
  t.strictSame([own.code, own.stdout], [0, scriptFor('fish', 'app')]);
  const none = await app(['completion'], { SHELL: '/bin/dash' });
  t.equal(none.code, 2);
  t.match(none.stderr, /name the shell, one of bash, zsh, fish/);
  t.match(scriptFor('bash', 'my-app'), /complete -o default -F _my_app_completion my-app\n/);
});
