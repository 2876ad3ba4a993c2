import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';

const core = pathToFileURL(resolve(import.meta.dirname, '../../src/core/index.ts')).href;

/** What Node loads of itself while a program runs. */
async function loadedBy(program: string): Promise<string[]> {
  const dir = t.testdir();
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'empty.ts'), 'export const empty: number = 0;\n');
  writeFileSync(join(dir, 'other.ts'), 'export const other: number = 0;\n');
  const whole = `await import('./empty.ts');
const before = new Set(process.moduleLoadList);
${program}
console.log(JSON.stringify(process.moduleLoadList.filter((name) => !before.has(name))));`;
  writeFileSync(join(dir, 'program.mjs'), whole);
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--no-warnings', join(dir, 'program.mjs')], {
    env: {},
    timeout: 20_000,
  });
  return JSON.parse(stdout);
}

/** The same, beyond what importing an empty module does: a test runner's hooks may load things late. */
async function addedBy(program: string): Promise<string[]> {
  const usual = new Set(await loadedBy("await import('./other.ts');"));
  return (await loadedBy(program)).filter((name) => !usual.has(name));
}

t.test('the check sees what is loaded', async (t) => {
  t.match((await addedBy('globalThis.Response;')).join(), /undici/);
  t.match((await addedBy('new ReadableStream();')).join(), /webstreams/);
});

t.test('importing core and serving a plain request loads nothing of Node', async (t) => {
  t.strictSame(await addedBy(`await import(${JSON.stringify(core)});`), []);
  const serve = `const { createRegistry, Context, createLogger } = await import(${JSON.stringify(core)});
const logger = createLogger({ write() {} });
const context = new Context({ requestId: 'r', functionName: 'f', logger });
const service = createRegistry({ name: 'a' }).get('/u/:id', (request) => ({ ...request.params, ...request.cookies })).freeze();
const wire = { method: 'GET', path: '/u/%41', rawQuery: '', headers: { cookie: 'a=b' }, body: undefined, clientIp: '', scheme: 'https' };
const { body } = service.dispatch(wire, context);
if (body !== '{"id":"A","a":"b"}') throw new Error(body);`;
  t.strictSame(await addedBy(serve), []);
});
