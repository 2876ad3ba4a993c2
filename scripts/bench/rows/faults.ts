/**
 * Requests lost while a server drains, is restarted, or has no reader, no disk or no descriptors: ours beside bare
 * Fastify under the same.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOnPath, runTool } from '../children.ts';
import { descriptorRows } from '../faults/descriptors.ts';
import { drainRows } from '../faults/drain.ts';
import { outputRows } from '../faults/outputs.ts';
import { restartRows } from '../faults/restart.ts';
import { bothServers, type TlsFiles } from '../faults/servers.ts';
import type { Bench } from '../types.ts';

export const faultsBench: Bench = {
  name: 'faults',
  about:
    'requests lost in drains, restarts and faults of readers, disks and descriptors, against bare Fastify',
  async run(options) {
    const servers = await bothServers(options);
    const dir = await mkdtemp(join(tmpdir(), 'amphi-bench-'));
    try {
      const tls = await makeCertificate(dir);
      return [
        ...(await drainRows(servers, tls, options)),
        ...(await restartRows(servers, options)),
        ...(await outputRows(servers, dir, options)),
        ...(await descriptorRows(servers, options)),
      ];
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  },
};

/** A self-signed pair, `undefined` without openssl. */
async function makeCertificate(dir: string): Promise<TlsFiles | undefined> {
  const openssl = findOnPath('openssl');
  if (openssl === undefined) return undefined;
  const files = { cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') };
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const out = ['-subj', '/CN=localhost', '-days', '1', '-keyout', files.key, '-out', files.cert];
  await runTool(openssl, ['req', '-x509', ...curve, ...out], { timeoutMs: 10_000 });
  return files;
}
