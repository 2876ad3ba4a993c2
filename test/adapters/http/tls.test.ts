import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { startHttpServer } from '../../../src/adapters/http/index.ts';
import { createRegistry } from '../../../src/core/index.ts';
import { testOptions } from './support.ts';

const service = createRegistry({ name: 'shop' }).freeze();
const openssl = spawnSync('openssl', ['version']).status === 0;
const skip = openssl ? false : 'openssl is not on PATH';

function run(...args: string[]): void {
  const { status, stderr } = spawnSync('openssl', args);
  if (status !== 0) throw new Error(String(stderr));
}

/** A certificate that ends after some days, before now if they are negative. */
function make(t: Test, days: number, key = 'rsa:2048') {
  const dir = t.testdir({});
  const file = (name: string) => join(dir, name);
  run(
    'req',
    '-new',
    '-newkey',
    key,
    '-nodes',
    '-subj',
    '/CN=shop',
    '-keyout',
    file('key'),
    '-out',
    file('csr'),
  );
  const sign = ['-signkey', file('key'), '-days', String(days), '-out', file('crt')];
  run('x509', '-req', '-in', file('csr'), ...sign);
  return { certFile: file('crt'), keyFile: file('key') };
}

async function warnings(t: Test, tls: ReturnType<typeof make>) {
  const { options, lines } = testOptions({ tls });
  const server = await startHttpServer(service, options);
  t.teardown(() => server.close());
  return lines.filter(({ level }) => level === 'WARN');
}

t.test('a certificate out of its time is served, and the log tells with its date', { skip }, async (t) => {
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const [expired] = await warnings(t, make(t, -1));
  t.match(expired, { message: 'the certificate has expired', subject: 'CN=shop' });
  t.equal(String(expired?.validTo).slice(0, 10), day(-1));
  const [soon] = await warnings(t, make(t, 6));
  t.match(soon, { message: 'the certificate expires soon', certFile: /crt$/ });
  t.equal(String(soon?.validTo).slice(0, 10), day(6));
  t.same(await warnings(t, make(t, 8)), []);
});

t.test('so is one further up in the chain', { skip }, async (t) => {
  const old = readFileSync(make(t, -1).certFile);
  const files = make(t, 30);
  appendFileSync(files.certFile, old);
  t.match(await warnings(t, files), [{ message: 'the certificate has expired' }]);
});

t.test('a key that OpenSSL holds for too weak is refused by its file', { skip }, async (t) => {
  const tls = make(t, 30, 'rsa:1024');
  await t.rejects(startHttpServer(service, testOptions({ tls }).options), {
    name: 'ConfigError',
    message: /^TLS file \S+crt is no certificate that can be served: .*too small/,
  });
});
