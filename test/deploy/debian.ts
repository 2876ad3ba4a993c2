import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/amphi');

/** What the user-data would install first, so that the boot needs no mirror; procps is for the test itself. */
const PACKAGES = 'supervisor,curl,unzip,ca-certificates,procps';
const LIMIT_MS = 300_000;

/**
 * A Debian (or Ubuntu) root folder of this machine's own release, made by debootstrap from this machine's own mirror
 * once and then cached. It is only ever read: a test mounts an overlay of it.
 * @returns why there is none, where that is so
 */
export function debianRoot(): { readonly path: string } | { readonly reason: string } {
  const release = releaseOf();
  if (!release) return { reason: 'apt knows no mirror of this release' };
  const { codename, mirror, components } = release;
  const path = join(CACHE, `root-${codename}-2`);
  if (existsSync(path)) return { path };
  const temporary = `${path}.${process.pid}`;
  mkdirSync(temporary, { recursive: true });
  const options = ['--variant=minbase', `--include=${PACKAGES}`, `--components=${components}`];
  const { status, stdout, error } = spawnSync('debootstrap', [...options, codename, temporary, mirror], {
    ...{ encoding: 'utf8', timeout: LIMIT_MS, stdio: ['ignore', 'pipe', 'ignore'] },
  });
  if (status === 0) {
    rmSync(join(temporary, 'var/cache/apt'), { recursive: true, force: true });
    renameSync(temporary, path);
    return { path };
  }
  rmSync(temporary, { recursive: true, force: true });
  return { reason: `debootstrap failed: ${error?.message ?? stdout.trim().split('\n').at(-1)}` };
}

function releaseOf() {
  const text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const codename = /^VERSION_CODENAME="?([\w-]+)/m.exec(text)?.[1];
  const targets = execFileSync('apt-get', ['indextargets', '--format', '$(SITE) $(CODENAME)'], {
    encoding: 'utf8',
  });
  const mirror = targets
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, name]) => name === codename)?.[0];
  const components = /^ID="?ubuntu/m.test(text) ? 'main,universe' : 'main';
  return codename && mirror ? { codename, mirror, components } : undefined;
}
