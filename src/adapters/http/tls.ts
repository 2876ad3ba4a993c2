import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:tls';
import { ConfigError } from '../../core/index.ts';
import type { HttpServerOptions } from './options.ts';

/**
 * Reads and checks the certificate chain and its key.
 * @throws ConfigError naming the file at fault
 */
export function loadTls(files: { readonly certFile: string; readonly keyFile: string }): {
  cert: Buffer;
  key: Buffer;
} {
  const { certFile, keyFile } = files;
  const cert = read(certFile, 'certificate');
  const key = read(keyFile, 'private key');
  const parsed = parse(certFile, 'PEM certificate', () => new X509Certificate(cert));
  const parsedKey = parse(keyFile, 'PEM private key without a passphrase', () => createPrivateKey(key));
  if (!parsed.checkPrivateKey(parsedKey)) {
    throw new ConfigError(`TLS private key ${keyFile} does not belong to the certificate in ${certFile}`);
  }
  return { cert, key };
}

/** New connections get the files as they are now; a bad pair is refused, and the old one stays. */
export function reloadCertificate(server: Server, { tls, logger }: HttpServerOptions): void {
  try {
    (server as unknown as TlsServer).setSecureContext(loadTls(tls!));
    logger.info('certificate reloaded', { certFile: tls!.certFile });
  } catch (error) {
    logger.error('the certificate was not reloaded, the old one stays', { error: (error as Error).message });
  }
}

function read(file: string, what: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ConfigError(`TLS ${what} ${file}: ${(cause as Error).message}`, { cause });
  }
}

function parse<T>(file: string, what: string, parser: () => T): T {
  try {
    return parser();
  } catch (cause) {
    throw new ConfigError(`TLS file ${file} is no ${what}: ${(cause as Error).message}`, { cause });
  }
}
