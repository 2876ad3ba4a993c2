import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createSecureContext, type Server as TlsServer } from 'node:tls';
import { ConfigError, type Logger } from '../../core/index.ts';
import type { HttpServerOptions } from './options.ts';

/**
 * Reads and checks the certificate chain and its key. A certificate that is out of its time, or soon will be, is served
 * all the same, and the log tells.
 * @throws ConfigError naming the file at fault
 */
export function loadTls(
  { certFile, keyFile }: { readonly certFile: string; readonly keyFile: string },
  logger: Logger,
): { cert: Buffer; key: Buffer } {
  const cert = read(certFile, 'certificate');
  const key = read(keyFile, 'private key');
  const parsed = parse(certFile, 'PEM certificate', () => new X509Certificate(cert));
  const parsedKey = parse(keyFile, 'PEM private key without a passphrase', () => createPrivateKey(key));
  if (!parsed.checkPrivateKey(parsedKey)) {
    throw new ConfigError(`TLS private key ${keyFile} does not belong to the certificate in ${certFile}`);
  }
  // OpenSSL refuses what it holds for too weak, such as a short key.
  parse(certFile, 'certificate that can be served', () => createSecureContext({ cert, key }));
  for (const [pem] of cert.toString('latin1').matchAll(CERTIFICATES)) warnOfTime(certFile, pem, logger);
  return { cert, key };
}

const CERTIFICATES = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;
/** Time enough to renew it. */
const SOON_MS = 7 * 24 * 3600 * 1000;

function warnOfTime(certFile: string, pem: string, logger: Logger): void {
  const { validFromDate, validToDate, subject } = new X509Certificate(pem);
  const now = Date.now();
  const problem =
    now > validToDate.getTime()
      ? 'the certificate has expired'
      : now > validToDate.getTime() - SOON_MS
        ? 'the certificate expires soon'
        : now < validFromDate.getTime()
          ? 'the certificate is not valid yet'
          : undefined;
  if (problem === undefined) return;
  logger.warn(problem, { certFile, subject, validFrom: validFromDate, validTo: validToDate });
}

/** New connections get the files as they are now; a bad pair is refused, and the old one stays. */
export function reloadCertificate(server: Server, { tls, logger }: HttpServerOptions): void {
  try {
    (server as unknown as TlsServer).setSecureContext(loadTls(tls!, logger));
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
