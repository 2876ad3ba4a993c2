import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { releasedChangelog } from '../../../scripts/release/changelog.ts';
import { release } from '../../../scripts/release/release.ts';
import { findProgram } from '../../support/programs.ts';

const CHANGELOG = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n';
const SCRIPT = join(import.meta.dirname, '..', '..', '..', 'scripts', 'release.ts');

/** A committed package of its own, outside of this repository. */
function repository(t: Test, files: Record<string, string> = {}) {
  const root = mkdtempSync(join(tmpdir(), 'amphi-release-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  const manifest = { name: 'thing', version: '0.1.0', files: ['index.js'] };
  const lock = {
    name: 'thing',
    version: '0.1.0',
    lockfileVersion: 3,
    packages: { '': { version: '0.1.0' } },
  };
  const all = {
    ...{ 'package.json': JSON.stringify(manifest), 'package-lock.json': JSON.stringify(lock) },
    ...{ 'CHANGELOG.md': CHANGELOG, 'index.js': '', '.gitignore': 'dist/\n', ...files },
  };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(root, name), text);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  git('init', '--quiet', '--initial-branch', 'main');
  git('config', 'user.name', 'Tester');
  git('config', 'user.email', 'tester@example.com');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'First');
  const read = (name: string) => readFileSync(join(root, name), 'utf8');
  return { root, git, read };
}

const skip = findProgram('git') && findProgram('npm') ? false : 'git or npm is not on PATH';

t.test('a release: version, changelog, package, commit and tag', { skip }, async (t) => {
  const { root, git, read } = repository(t);
  const made = await release(root, 'minor', '2026-03-01');
  t.strictSame(made, { version: '0.2.0', tarball: 'dist/release/thing-0.2.0.tgz' });
  t.ok(existsSync(join(root, made.tarball)));
  t.equal(JSON.parse(read('package.json')).version, '0.2.0');
  t.match(JSON.parse(read('package-lock.json')), {
    version: '0.2.0',
    packages: { '': { version: '0.2.0' } },
  });
  t.equal(
    read('CHANGELOG.md'),
    '# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-03-01\n\n### Added\n\n- A thing.\n',
  );
  t.equal(git('status', '--porcelain'), '', 'all is committed');
  t.equal(git('log', '-1', '--format=%s'), 'Release 0.2.0');
  t.equal(git('describe', '--exact-match'), 'v0.2.0', 'an annotated tag');
  t.match(git('show', 'v0.2.0:package.json'), '"version": "0.2.0"');
  await t.rejects(release(root, 'patch'), { message: /^CHANGELOG\.md: there is nothing below/ });
});

t.test('the first release may be the present version', { skip }, async (t) => {
  const { root, git } = repository(t);
  t.equal((await release(root, '0.1.0')).version, '0.1.0');
  t.equal(git('tag'), 'v0.1.0');
  await t.rejects(release(root, '0.1.0'), { message: 'tag v0.1.0: there already is one' });
});

t.test('a release is refused by name, and nothing is changed', { skip }, async (t) => {
  const { root, git } = repository(t);
  const refusals: [wanted: string, message: RegExp][] = [
    ['next', /^version "next": it must be major, minor, patch or such as 1\.2\.3$/],
    ['1.2', /^version "1\.2": it must be/],
    ['0.0.9', /^version 0\.0\.9: it must come after 0\.1\.0$/],
  ];
  for (const [wanted, message] of refusals) {
    await t.rejects(release(root, wanted), { name: 'ReleaseError', message });
  }
  writeFileSync(join(root, 'index.js'), 'changed');
  writeFileSync(join(root, 'new.js'), '');
  await t.rejects(release(root, 'patch'), { message: /^commit these first:\nM index\.js\n\?\? new\.js$/ });
  git('checkout', '--quiet', 'index.js');
  rmSync(join(root, 'new.js'));
  git('checkout', '--quiet', '--detach');
  await t.rejects(release(root, 'patch'), { message: /^no branch is checked out/ });
  git('checkout', '--quiet', 'main');
  t.equal(git('status', '--porcelain'), '');
  t.strictSame([git('rev-list', '--count', 'HEAD'), git('tag')], ['1', '']);
  await t.rejects(release(tmpdir(), 'patch'), { message: /is no git repository$/ });
});

t.test('a package that cannot be made leaves everything as it was', { skip }, async (t) => {
  const manifest = { name: 'thing', version: '0.1.0', scripts: { prepack: 'exit 3' } };
  const { root, git } = repository(t, { 'package.json': JSON.stringify(manifest) });
  await t.rejects(release(root, 'patch'), { name: 'ReleaseError', message: /^npm pack failed: / });
  t.equal(git('status', '--porcelain'), '');
  t.strictSame([git('rev-list', '--count', 'HEAD'), git('tag')], ['1', '']);
});

t.test('the changelog', async (t) => {
  const older = `${CHANGELOG}\n## [0.1.0] - 2026-01-01\n\n- Old.\n`;
  t.match(releasedChangelog(older, '0.2.0', '2026-02-02'), /- A thing\.\n\n## \[0\.1\.0\] - 2026-01-01/);
  const empty = older.replace('### Added\n\n- A thing.\n', '');
  t.equal(releasedChangelog(empty, '0.2.0', '2026-02-02'), undefined, 'what is older does not count');
  t.equal(releasedChangelog('# Changelog\n\n- A thing.\n', '0.2.0', '2026-02-02'), undefined);
  const own = readFileSync(join(import.meta.dirname, '..', '..', '..', 'CHANGELOG.md'), 'utf8');
  t.match(own, /^## \[Unreleased\]$/m);
});

t.test('a wrong command line', async (t) => {
  for (const args of [[], ['minor', 'patch']]) {
    const { status, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' });
    t.equal(status, 2);
    t.match(stderr, /^release: name one version/);
  }
});
