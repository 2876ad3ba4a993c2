import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';

const core = pathToFileURL(resolve(import.meta.dirname, '../../src/core/index.ts')).href;

/** What Node loads of itself while a program runs, beyond what running any TypeScript module does. */
async function loadedBy(program: string): Promise<string[]> {
  const dir = t.testdir();
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'empty.ts'), 'export const empty: number = 0;\n');
  const whole = `await import('./empty.ts');
const before = new Set(process.moduleLoadList);
${program}
console.log(JSON.stringify(process.moduleLoadList.filter((name) => !before.has(name))));`;
  writeFileSync(join(dir, 'program.mjs'), whole);
  const run = promisify(execFile);
  // env -i: tap's hooks ride in NODE_OPTIONS, and load things late.
  const command = ['-i', process.execPath, '--no-warnings', join(dir, 'program.mjs')];
  const { stdout } = await run('env', command, { timeout: 20_000 });
  return JSON.parse(stdout);
}

t.test('the check sees what is loaded', async (t) => {
  t.match((await loadedBy('globalThis.Response;')).join(), /undici/);
  t.match((await loadedBy('new ReadableStream();')).join(), /webstreams/);
});

t.test('importing core and serving a plain request loads nothing of Node', async (t) => {
  t.strictSame(await loadedBy(`await import(${JSON.stringify(core)});`), []);
  const serve = `const { createRegistry, Context, createLogger } = await import(${JSON.stringify(core)});
const logger = createLogger({ write() {} });
const context = new Context({ requestId: 'r', functionName: 'f', logger });
const service = createRegistry({ name: 'a' }).get('/u/:id', (request) => ({ ...request.params, ...request.cookies })).freeze();
const response = { method: 'GET', path: '/u/%41', rawQuery: '', headers: { cookie: 'a=b' }, body: undefined, clientIp: '', scheme: 'https' };
const { body } = service.dispatch(response, context);
if (body !== '{"id":"A","a":"b"}') throw new Error(body);`;
  t.strictSame(await loadedBy(serve), []);
});
