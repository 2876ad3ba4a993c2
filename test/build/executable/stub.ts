/** What the build's tests share: a tiny service, and ways to run its executable. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Main module of the stub service; each command shows one property of the executable. */
export const STUB_MAIN = `
import { hello } from './hello.ts';
declare const __AMPHI_BUILD_ID__: string;
class StubError extends Error {}
function fail(): never { throw new StubError('on purpose'); }
async function run(command: string | undefined): Promise<void> {
  switch (command) {
    case 'hello': console.log(hello); break;
    case 'version': console.log(__AMPHI_BUILD_ID__); break;
    case 'node': console.log(process.version, JSON.stringify(Object.keys(process.env))); break;
    case 'trace': try { fail(); } catch (error) { console.log((error as Error).constructor.name, (error as Error).stack); } break;
    case 'strict': try { (Object.freeze({ a: 1 }) as { a: number }).a = 2; console.log('sloppy'); } catch { console.log('strict'); } break;
    case 'lazy': {
      const before = (globalThis as { heavyLoaded?: boolean }).heavyLoaded === true;
      const { heavy } = await import('./heavy.ts');
      console.log(before, heavy, import.meta.url);
      break;
    }
    default: console.error('unknown command'); process.exitCode = 2;
  }
}
run(process.argv[2]);
`;

/** Files of the stub service, for t.testdir. */
export function stubFiles(main = STUB_MAIN) {
  return {
    'package.json': JSON.stringify({ name: 'stub', version: '1.2.3', type: 'module' }),
    'main.ts': main,
    'hello.ts': `export const hello: string = 'Hello from the stub, \u{1F44B}';\n`,
    'heavy.ts': `(globalThis as { heavyLoaded?: boolean }).heavyLoaded = true;\nexport const heavy = 'loaded';\n`,
  };
}

/**
 * Runs a command from `cwd` with exactly `env`, by default nothing, so that no Node.js is in reach.
 * `env -i` is what empties it: tap adds variables of its own, NODE_OPTIONS among them, to whatever a test spawns.
 */
export function runBare(executable: string, args: string[], cwd: string, env: Record<string, string> = {}) {
  const pairs = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  const { status, stdout, stderr, error } = spawnSync('env', ['-i', ...pairs, executable, ...args], {
    cwd,
    encoding: 'utf8',
    timeout: 30_000,
  });
  if (error) throw error;
  return { status, stdout, stderr };
}

/** Absolute path of the build script. */
export const BUILD_SCRIPT = join(import.meta.dirname, '..', '..', '..', 'scripts', 'build.ts');
