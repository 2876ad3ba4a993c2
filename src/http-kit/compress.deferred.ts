/** What `compress` does to a reply: loaded with the first reply that may be compressed. */
import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import compressible from 'compressible';
import { type BodyStream, bytesOf, discardBody } from '../core/index.ts';

export { negotiated } from './negotiated.ts';

export type Encoding = 'br' | 'zstd' | 'gzip';

const { constants } = zlib;

/** Levels for content that is made for each request: the libraries' defaults for br would take ten times as long. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };
const GZIP = { level: 6 };

const WHOLE: Readonly<Record<Encoding, (bytes: Uint8Array) => Promise<Buffer>>> = {
  br: (bytes) => promisify<Uint8Array, zlib.BrotliOptions, Buffer>(zlib.brotliCompress)(bytes, BROTLI),
  zstd: (bytes) => promisify<Uint8Array, zlib.ZstdOptions, Buffer>(zlib.zstdCompress)(bytes, ZSTD),
  gzip: (bytes) => promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.gzip)(bytes, GZIP),
};

/** With a flush after each piece, so that a client gets it when it is made. */
const FLOWING: Readonly<Record<Encoding, () => NodeJS.ReadWriteStream & Readable>> = {
  br: () => zlib.createBrotliCompress({ ...BROTLI, flush: constants.BROTLI_OPERATION_FLUSH }),
  zstd: () => zlib.createZstdCompress({ ...ZSTD, flush: constants.ZSTD_e_flush }),
  gzip: () => zlib.createGzip({ ...GZIP, flush: constants.Z_SYNC_FLUSH }),
};

/** Whether content of this type gets smaller, by mime-db. */
export function isCompressible(type: string): boolean {
  return compressible(type) === true;
}

export function compressWhole(body: string | Uint8Array, encoding: Encoding): Promise<Buffer> {
  return WHOLE[encoding](typeof body === 'string' ? Buffer.from(body) : body);
}

export function compressFlow(body: BodyStream, encoding: Encoding): BodyStream {
  const compressor = FLOWING[encoding]();
  // Whoever reads the compressor gets the error of either.
  pipeline(Readable.from(bytesOf(body)), compressor, () => discardBody(body));
  return compressor;
}
