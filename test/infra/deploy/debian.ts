import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const CACHE = join(import.meta.dirname, '../../../node_modules/.cache/amphi');

/** What the user-data would install first, so that the boot needs no mirror; procps is for the test itself. */
const PACKAGES = 'supervisor,curl,unzip,ca-certificates,procps';
const LIMIT_MS = 300_000;

/**
 * A Debian (or Ubuntu) root folder of this machine's own release, made by debootstrap from this machine's own mirror
 * once and then cached. It is only ever read: a test mounts an overlay of it.
 * @returns why there is none, where that is so
 */
export async function debianRoot(): Promise<{ readonly path: string } | { readonly reason: string }> {
  const release = releaseOf();
  if (!release) return { reason: 'apt knows no mirror of this release' };
  const { codename } = release;
  const path = join(CACHE, `root-${codename}-2`);
  if (existsSync(path)) return { path };
  mkdirSync(CACHE, { recursive: true });
  if (await othersMakeIt(path)) return { path };
  const temporary = `${path}.partial-${process.pid}`;
  mkdirSync(temporary);
  const failure = debootstrap(release, temporary);
  rmSync(join(temporary, 'var/cache/apt'), { recursive: true, force: true });
  // Two that began in the same instant both make it, and the later one is not needed.
  if (failure === undefined && !existsSync(path)) renameSync(temporary, path);
  rmSync(temporary, { recursive: true, force: true });
  return failure === undefined ? { path } : { reason: `debootstrap failed: ${failure}` };
}

/** Waits while another test makes it. @returns whether it is there then */
async function othersMakeIt(path: string): Promise<boolean> {
  while (othersAtWork()) await sleep(200);
  return existsSync(path);
}

/** Removes what was left by a run that was killed: with its mount namespace, no mount is left in it. */
function othersAtWork(): boolean {
  return readdirSync(CACHE).some((name) => {
    const [, pid] = /^root-[a-z]+-\d+\.partial-(\d+)$/.exec(name) ?? [];
    if (pid === undefined) return false;
    if (existsSync(`/proc/${pid}`)) return true;
    rmSync(join(CACHE, name), { recursive: true, force: true });
    return false;
  });
}

/** In namespaces of its own: what it mounts and starts ends with it, at the time limit too. */
function debootstrap({ codename, mirror, components }: Release, target: string): string | undefined {
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const options = ['--variant=minbase', `--include=${PACKAGES}`, `--components=${components}`];
  const command = ['debootstrap', ...options, codename, target, mirror];
  const { status, stdout, error } = spawnSync('unshare', [...namespaces, ...command], {
    ...{ encoding: 'utf8', timeout: LIMIT_MS, killSignal: 'SIGKILL', stdio: ['ignore', 'pipe', 'ignore'] },
  });
  return status === 0 ? undefined : (error?.message ?? stdout.trim().split('\n').at(-1));
}

interface Release {
  readonly codename: string;
  readonly mirror: string;
  readonly components: string;
}

function releaseOf(): Release | undefined {
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
