import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  fullSupervisordConfig,
  type SupervisorOptions,
  supervisorConfig,
} from '../../../src/adapters/supervisor/index.ts';
import { findSupervisorPython, type ReadProgram, readBack } from './tools.ts';

const python = findSupervisorPython();
const skip = python === undefined ? 'no Python with the supervisor package here' : false;

/** Values that a naive writer loses: expansion, comments, quotes, white space, Unicode. */
const AWKWARD = [
  '',
  'plain',
  '100%',
  '%%',
  '%(here)s',
  '%(ENV_PATH)s',
  'x%%(here)s%(here)sy',
  'a ; b',
  'a # b',
  ';first',
  '#first',
  'a\u00a0;nbsp',
  'a;b#c',
  'a,b=c',
  '  spaces kept  ',
  "it's",
  'say "hi" now',
  `both"kinds'of`,
  'back\\slash',
  '\\"x',
  'end\\',
  '[section]',
  'key: value',
  '$HOME `id` $(id) {a,b}',
  'ünï—漢字🚀',
  'http://u:p@h:1/x?y=1&z=%20#frag',
];

function read(dir: string, options: SupervisorOptions): ReadProgram {
  const base = { socket: '/run/t.sock', pidfile: join(dir, 's.pid'), logfile: join(dir, 's.log') };
  const included = join(dir, 'conf.d');
  mkdirSync(included, { recursive: true });
  writeFileSync(join(included, 'app.conf'), supervisorConfig(options));
  // Included, as on Ubuntu: supervisord then also replaces %(here)s textually.
  const conf = fullSupervisordConfig({ ...base, childlogdir: dir, include: [`${included}/*.conf`] });
  writeFileSync(join(dir, 'supervisord.conf'), conf);
  const { programs } = readBack(python!, join(dir, 'supervisord.conf'));
  t.equal(programs.length, 1, 'one program is read');
  return programs[0]!;
}

t.test('supervisord reads every environment value and argument back unchanged', { skip }, async (t) => {
  const environment = Object.fromEntries(AWKWARD.map((value, i) => [`V${i}`, value]));
  const args = [...AWKWARD, `'"`, `"'"`, '"', "'"];
  const program = read(t.testdir(), { name: 'app', command: '/opt/a b%c/app;x #y', args, environment });
  t.same(program.environment, environment);
  t.same(program.argv, ['/opt/a b%c/app;x #y', ...args]);
});

t.test('values made of every mix of three awkward characters survive', { skip }, async (t) => {
  const atoms = ['%', ' ', ';', '#', "'", '"', '\\', '(here)s', 'x', ','];
  const values = atoms.flatMap((a) => atoms.flatMap((b) => atoms.map((c) => `x${a}${b}${c}x`)));
  const representable = values.filter((v) => !(v.includes('"') && v.includes("'")));
  const environment = Object.fromEntries(representable.map((value, i) => [`V${i}`, value]));
  const program = read(t.testdir(), { name: 'app', command: '/bin/app', args: values, environment });
  t.same(program.argv, ['/bin/app', ...values]);
  t.same(program.environment, environment);
});

t.test('defaults: TERM, restart always, SIGKILL later than the drain', { skip }, async (t) => {
  const program = read(t.testdir(), { name: 'my-app_1.2', command: '/opt/app' });
  t.match(program, {
    name: 'my-app_1.2',
    argv: ['/opt/app', 'httpServer', '--port', '9999'],
    directory: null,
    environment: {},
    autorestart: 'RestartUnconditionally',
    stopsignal: 15,
    stopwaitsecs: 35,
    stopasgroup: false,
    killasgroup: true,
    startsecs: 1,
    priority: 999,
  });
});

t.test('given values arrive, and user= brings its own HOME', { skip }, async (t) => {
  const dir = t.testdir({ 'a %(here)s ;b%': {} });
  const folder = join(dir, 'a %(here)s ;b%');
  const program = read(dir, {
    name: 'app',
    command: '/opt/app',
    port: 8080,
    user: 'nobody',
    directory: folder,
    stopwaitsecs: 12,
    drainSeconds: 9,
    startsecs: 3,
    startretries: 4,
    stopasgroup: true,
    priority: 5,
    environment: { USER: 'mine' },
    stdout: { file: join(folder, 'out %s.log'), maxBytes: 1000, backups: 2 },
  });
  t.match(program, {
    argv: ['/opt/app', 'httpServer', '--port', '8080', '--drainTimeout', '9'],
    directory: folder,
    environment: { HOME: folder, USER: 'mine', LOGNAME: 'nobody' },
    stopwaitsecs: 12,
    startsecs: 3,
    startretries: 4,
    stopasgroup: true,
    killasgroup: true,
    priority: 5,
    stdout_logfile: join(folder, 'out %s.log'),
    stdout_logfile_maxbytes: 1000,
    stdout_logfile_backups: 2,
  });
  t.type(program.uid, 'number');
});

t.test('the full file is read back with its own socket, logs and pid file', { skip }, async (t) => {
  const dir = t.testdir({ 'a %(here)s ;b%': {} });
  const at = (name: string) => join(dir, 'a %(here)s ;b%', name);
  const conf = fullSupervisordConfig({
    socket: '/tmp/%a ;b.sock',
    pidfile: at('pid'),
    logfile: at('log'),
    childlogdir: at('.').replace(/\/$/, ''),
    minfds: 64,
    nodaemon: false,
    programs: [supervisorConfig({ name: 'app', command: '/opt/app' })],
  });
  writeFileSync(join(dir, 'x.conf'), conf);
  const got = readBack(python!, join(dir, 'x.conf'));
  const expected = {
    socket: '/tmp/%a ;b.sock',
    pidfile: at('pid'),
    logfile: at('log'),
    minfds: 64,
    nodaemon: false,
  };
  t.match(got, expected);
  t.equal(got.programs[0]!.name, 'app');
});

t.test('supervisord itself refuses what we refuse', { skip }, async (t) => {
  const dir = t.testdir();
  const program = supervisorConfig({ name: 'app', command: '/opt/app', stopasgroup: true });
  const files = { socket: '/run/t.sock', pidfile: join(dir, 'p'), logfile: join(dir, 'l'), childlogdir: dir };
  const bad = program.replace('killasgroup=true', 'killasgroup=false');
  writeFileSync(join(dir, 'x.conf'), fullSupervisordConfig({ ...files, programs: [bad] }));
  t.throws(() => readBack(python!, join(dir, 'x.conf')), /stopasgroup=true and killasgroup=false/);
});

const GOOD: SupervisorOptions = { name: 'app', command: '/opt/app' };
const REFUSED: [string, Partial<SupervisorOptions>, RegExp][] = [
  ['a drain as long as stopwaitsecs', { stopwaitsecs: 25 }, /drainSeconds: .*25 s.* must be shorter.*=25/],
  ['no room for the grace after the drain', { stopwaitsecs: 27 }, /25 s, and 2 s of grace.*=27/],
  ['a drain that is not a number', { drainSeconds: Number.NaN }, /drainSeconds/],
  ['TERM but not KILL to the group', { stopasgroup: true, killasgroup: false }, /killasgroup/],
  ['a relative command', { command: 'bin/app' }, /command: "bin\/app" is not an absolute path/],
  ['a line end in the command', { command: '/opt/a\npp' }, /command: control character U\+000A at index 6/],
  ['a NUL in an argument', { args: ['ok', 'a\0b'] }, /args\[1\]: control character U\+0000 at index 1/],
  ['a CR in the environment', { environment: { A: 'x\ry' } }, /environment\.A: control character U\+000D/],
  ['half a surrogate pair', { environment: { A: '\ud83d' } }, /environment\.A: unpaired surrogate/],
  ['a quote at the end', { environment: { A: 'x"' } }, /environment\.A: .*quote is lost/],
  [
    'a backslash-quote beside the other kind',
    { environment: { A: `a\\"b'c` } },
    /environment\.A: both kinds/,
  ],
  ['a bad variable name', { environment: { 'A-B': 'x' } }, /environment: "A-B" is not a variable name/],
  ['a name that ends the section', { name: 'a]b' }, /name: "a\]b"/],
  ['an empty name', { name: '' }, /name: ""/],
  ['a bad port', { port: 70000 }, /port: 70000 is not a whole number from 1 to 65535/],
  ['a bad account', { user: 'a b' }, /user: "a b"/],
  ['a relative directory', { directory: 'x' }, /directory: "x" is not an absolute path/],
  ['a directory ending in white space', { directory: '/x ' }, /directory: trailing white space/],
  ['a rotated device', { stdout: { file: '/dev/stdout' } }, /stdout\.maxBytes: must be 0/],
  ['a relative log', { stderr: { file: 'x.log' } }, /stderr\.file: "x.log"/],
  ['fractions of seconds', { startsecs: 1.5 }, /startsecs: 1.5 is not a whole number/],
];

for (const [what, options, message] of REFUSED) {
  t.test(`refused: ${what}`, async (t) => {
    t.throws(() => supervisorConfig({ ...GOOD, ...options }), { name: 'SupervisorConfigError', message });
  });
}

t.test('full file: refusals name the option', async (t) => {
  const good = { socket: '/run/s', pidfile: '/run/p', logfile: '/var/l', childlogdir: '/var' };
  t.throws(() => fullSupervisordConfig({ ...good, socket: `/${'x'.repeat(90)}` }), /socket: 91 bytes/);
  t.throws(() => fullSupervisordConfig({ ...good, include: ['/a b'] }), /include\[0\]: white space/);
  t.throws(() => fullSupervisordConfig({ ...good, user: 'Root!' }), /user: "Root!"/);
});
