import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Why tests of TLS are skipped, or false. */
export const noOpenssl = spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not on PATH';

/** A self-signed certificate for localhost, and its key. */
export function makeCertificate(dir: string): { readonly certFile: string; readonly keyFile: string } {
  const files = { certFile: join(dir, 'cert.pem'), keyFile: join(dir, 'key.pem') };
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const out = ['-subj', '/CN=localhost', '-days', '30', '-keyout', files.keyFile, '-out', files.certFile];
  const { status, stderr } = spawnSync('openssl', ['req', '-x509', ...curve, ...out]);
  if (status !== 0) throw new Error(String(stderr));
  return files;
}
