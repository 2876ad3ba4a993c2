import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where an export is kept, and how far it is: a place that Lambda and instances share. */
export interface Store {
  put(key: string, text: string): Promise<void>;
  get(key: string): Promise<string | undefined>;
}

/** The bucket of EXPORTS_BUCKET, or without one the folder of EXPORTS_DIR, for a single machine. */
export function storeFrom(env: Readonly<Record<string, string | undefined>>): Store {
  return env.EXPORTS_BUCKET ? bucketStore(env.EXPORTS_BUCKET) : folderStore(env.EXPORTS_DIR ?? 'exports');
}

export function folderStore(folder: string): Store {
  return {
    put: async (key, text) => {
      await mkdir(folder, { recursive: true });
      // A reader never sees half a file.
      await writeFile(join(folder, `${key}.new`), text);
      await rename(join(folder, `${key}.new`), join(folder, key));
    },
    get: (key) => readFile(join(folder, key), 'utf8').catch(() => undefined),
  };
}

function bucketStore(Bucket: string): Store {
  const s3 = import('./s3.deferred.ts').then((sdk) => ({ sdk, client: new sdk.S3Client() }));
  return {
    put: async (Key, Body) => {
      const { sdk, client } = await s3;
      await client.send(new sdk.PutObjectCommand({ Bucket, Key, Body }));
    },
    get: async (Key) => {
      const { sdk, client } = await s3;
      try {
        const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket, Key }));
        return await Body?.transformToString();
      } catch (error) {
        if ((error as Error).name === 'NoSuchKey') return undefined;
        throw error;
      }
    },
  };
}
