import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Reads `+ID` and `-ID` of process groups; at the end of its input it kills those that are left. No group but those that
 * run has an id on the list, so that none that another process got later is hit.
 */
const SCRIPT = `
groups=' '
while read -r change; do
  case $change in
    +*) groups="$groups\${change#+} " ;;
    -*) id=\${change#-}; groups="\${groups%%" $id "*} \${groups#*" $id "}" ;;
  esac
done
for id in $groups; do kill -s KILL -- "-$id"; done
`;

/**
 * Kills process groups once this process has ended, however that came about: SIGKILL runs no exit hook, and a function
 * that blocks its event loop notices nothing. A shell of its own session waits for the end of a pipe.
 */
export class Reaper {
  readonly #groups = new Set<number>();
  #shell: ChildProcess | undefined;

  add(group: number): void {
    this.#groups.add(group);
    if (this.#shell) this.#write(`+${group}\n`);
    else this.#start();
  }

  remove(group: number): void {
    if (this.#groups.delete(group)) this.#write(`-${group}\n`);
  }

  #write(change: string): void {
    this.#shell?.stdin?.write(change);
  }

  /** Where there is no shell, or no descriptor left for it, it is tried again with the next process. */
  #start(): void {
    const shell = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    const lost = () => {
      if (this.#shell === shell) this.#shell = undefined;
    };
    shell.once('error', lost).once('exit', lost).unref();
    if (shell.pid === undefined) return;
    this.#shell = shell;
    shell.stdin!.on('error', lost);
    (shell.stdin as unknown as { unref(): void }).unref();
    for (const group of this.#groups) this.#write(`+${group}\n`);
  }
}
