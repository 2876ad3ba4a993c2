import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import t from 'tap';
import { createHttpServer, startHttpServer } from '../../../src/adapters/http/index.ts';
import { buildServer } from '../../../src/adapters/http/server.ts';
import { reloadCertificate } from '../../../src/adapters/http/tls.ts';
import { ConfigError, createRegistry } from '../../../src/core/index.ts';
import { readAnswer, send, startFor, testOptions } from './support.ts';

const service = createRegistry({ name: 'shop' })
  .get('/', (request) => request.url)
  .freeze();

const start = (extra: object) => startHttpServer(service, testOptions(extra).options);

t.test('a port in use, a bad host and a closed port are one clear line', async (t) => {
  const { server } = await startFor(t, () => {});
  const { port } = server;
  const inUse = await start({ port }).catch((error) => error);
  t.type(inUse, ConfigError);
  t.equal(inUse.message, `cannot listen on port ${port} of host 127.0.0.1: the port is already in use`);
  await t.rejects(start({ host: '192.0.2.1' }), {
    name: 'ConfigError',
    message: 'cannot listen on port 0 of host 192.0.2.1: this machine has no such address',
  });
  await t.rejects(start({ host: 'no-such-host.invalid' }), {
    name: 'ConfigError',
    message:
      /^cannot listen on port 0 of host no-such-host\.invalid: (there is no such host|the host name could not)/,
  });
});

t.test('the url is one that a client can use', async (t) => {
  for (const [host, url] of [
    ['0.0.0.0', 'http://127.0.0.1'],
    ['localhost', 'http://127.0.0.1'],
  ] as const) {
    const server = await start({ host });
    t.teardown(() => server.close());
    t.equal(server.url, `${url}:${server.port}`);
    t.match(await send(server.url, '/', { headers: { host: 'h' } }), { text: 'http://h/' });
  }
});

t.test('a bad CIDR is named', async (t) => {
  for (const bad of ['10.0.0.0/33', 'example.com', '::1/129', '']) {
    const create = () => createHttpServer(service, testOptions({ trustProxy: ['10.0.0.0/8', bad] }).options);
    await t.rejects(create, {
      name: 'ConfigError',
      message: `trustProxy ${JSON.stringify(bad)}: it must be an IP address or a CIDR`,
    });
  }
});

t.test('keep-alive outlives the idle timeout of an ALB', async (t) => {
  const { options } = testOptions();
  const fastify = await createHttpServer(service, options);
  t.teardown(() => fastify.close());
  t.ok(fastify.server.keepAliveTimeout > 65_000);
  t.ok((fastify.server as { headersTimeout: number }).headersTimeout > fastify.server.keepAliveTimeout);
  t.equal(fastify.server.requestTimeout, 0, 'long uploads are not cut');
  const longer = await createHttpServer(service, testOptions({ keepAliveTimeoutMs: 320_000 }).options);
  t.teardown(() => longer.close());
  t.equal(longer.server.keepAliveTimeout, 320_000);
});

const openssl = spawnSync('openssl', ['version']).status === 0;

t.test('HTTPS with certificate files', { skip: openssl ? false : 'openssl is not on PATH' }, async (t) => {
  const dir = t.testdir({});
  const make = (name: string) => {
    const files = { certFile: join(dir, `${name}.crt`), keyFile: join(dir, `${name}.key`) };
    const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    args.push('-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '30');
    const made = spawnSync('openssl', [...args, '-keyout', files.keyFile, '-out', files.certFile]);
    if (made.status !== 0) throw new Error(String(made.stderr));
    return files;
  };
  const one = make('one');
  const two = make('two');
  writeFileSync(join(dir, 'bad.pem'), 'no pem');

  await t.test('serves, and tells handlers the scheme', async (t) => {
    const server = await start({ tls: one });
    t.teardown(() => server.close());
    const ca = readFileSync(one.certFile);
    const response = await new Promise<Parameters<typeof readAnswer>[0]>((resolve, reject) => {
      https.get(server.url, { ca, agent: false }, resolve).on('error', reject);
    });
    t.match(await readAnswer(response), { status: 200, text: `${server.url}/` });
  });

  await t.test('a connection that never speaks does not hold up the drain', async (t) => {
    const server = await start({ tls: one, drainTimeoutMs: 300 });
    const socket = net.connect(server.port, '127.0.0.1').on('error', () => {});
    await new Promise((resolve) => socket.once('connect', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await server.close();
    await closed;
    t.ok(socket.destroyed);
  });

  await t.test(
    'new files are served without a restart, a bad pair is refused and the old one stays',
    async (t) => {
      const files = { certFile: join(dir, 'live.crt'), keyFile: join(dir, 'live.key') };
      const put = (from: typeof one) => {
        copyFileSync(from.certFile, files.certFile);
        copyFileSync(from.keyFile, files.keyFile);
      };
      put(one);
      const { options, lines } = testOptions({ tls: files });
      const { fastify } = await buildServer(createRegistry({ name: 'tls' }).freeze(), options);
      t.teardown(() => fastify.close());
      await fastify.listen({ port: 0, host: '127.0.0.1' });
      const { port } = fastify.server.address() as net.AddressInfo;
      const served = () =>
        new Promise<string>((resolve, reject) => {
          const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
            resolve(socket.getPeerCertificate().fingerprint256);
            socket.destroy();
          });
          socket.once('error', reject);
        });
      const printOf = ({ certFile }: typeof one) =>
        new X509Certificate(readFileSync(certFile)).fingerprint256;
      t.equal(await served(), printOf(one));
      put(two);
      reloadCertificate(fastify.server, options);
      t.equal(await served(), printOf(two));
      copyFileSync(one.keyFile, files.keyFile);
      reloadCertificate(fastify.server, options);
      t.equal(await served(), printOf(two));
      t.match(lines, [
        { level: 'INFO', message: 'certificate reloaded' },
        { level: 'ERROR', message: /old one stays/, error: /does not belong to the certificate/ },
      ]);
    },
  );

  await t.test('bad files are named', async (t) => {
    const bad = join(dir, 'bad.pem');
    const missing = join(dir, 'missing.pem');
    const message = async (tls: object) => (await start({ tls }).catch((error) => error)).message;
    t.match(await message({ ...one, certFile: missing }), `TLS certificate ${missing}: ENOENT`);
    t.match(await message({ ...one, keyFile: missing }), `TLS private key ${missing}: ENOENT`);
    t.match(await message({ ...one, certFile: bad }), `TLS file ${bad} is no PEM certificate`);
    t.match(await message({ ...one, keyFile: bad }), `TLS file ${bad} is no PEM private key`);
    t.match(
      await message({ ...one, keyFile: two.keyFile }),
      /two\.key does not belong to the certificate in .*one\.crt/,
    );
  });
});
