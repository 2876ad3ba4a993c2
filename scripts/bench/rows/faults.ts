/**
 * Requests lost while a server drains, is restarted, or has no reader, no disk or no descriptors: ours beside bare
 * Fastify under the same.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
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

/** A self-signed pair. */
async function makeCertificate(dir: string): Promise<TlsFiles> {
  const files = { cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') };
  const made = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec' });
  await writeFile(files.cert, made.cert);
  await writeFile(files.key, made.private);
  return files;
}
