// A stack that the executable has deployed into moto, inside a network namespace of its own: moto for IMDS on
// 169.254.169.254, for S3 and SQS, the user-data read back, and HTTPS before them. The executable's path is in APP.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { runCommand } from '../../support/run-app.ts';
import { AWS_ENV, type Moto, prepare, startMoto, userDataOf } from './moto.ts';

export interface Deployment {
  readonly bucket: string;
  /** Files of the certificate and its key. */
  readonly cert: string;
  readonly key: string;
  /** File that each request by HTTPS is written to, but those to SQS. */
  readonly record: string;
  /** Makes what the stack needs; gives flags of provision. */
  readonly before?: (moto: Moto) => Promise<string[]>;
}

export interface Deployed {
  readonly moto: Moto;
  readonly resources: readonly { readonly name: string; readonly type: string; readonly id: string }[];
  /** Tells the script outside that all is there. */
  ready(): void;
}

/** Writes provision.json and user-data.sh beside the record. */
export async function deployed({ bucket, cert, key, record, before }: Deployment): Promise<Deployed> {
  const dir = dirname(record);
  const moto = await startMoto('0.0.0.0', 80);
  // Not spawnSync: the calls come back to this very process.
  const app = async (...args: string[]): Promise<string> => {
    const all = [...args, '--endpointUrl', moto.url, '--json'];
    const { code, stdout, stderr } = await runCommand(process.env.APP!, all, {
      env: AWS_ENV,
      timeoutMs: 60_000,
    });
    if (code !== 0) throw new Error(`app ${args[0]}: ${code} ${stderr}`);
    return stdout;
  };
  const network = await prepare(moto, bucket);
  const flags = (await before?.(moto)) ?? [];
  const provision = ['provision', '--s3Bucket', bucket, '--yes', ...network, ...flags];
  writeFileSync(join(dir, 'provision.json'), await app(...provision));
  const { resources } = JSON.parse(await app('status')) as Pick<Deployed, 'resources'>;
  const launchTemplate = resources.find(({ name }) => name === 'LaunchTemplate')!.id;
  writeFileSync(join(dir, 'user-data.sh'), await userDataOf(moto, launchTemplate));
  return { moto, resources, ready: () => serve(cert, key, record) };
}

/** S3 and SQS are moto's; moto has no SignalResource, so that is recorded only. */
function serve(cert: string, key: string, record: string): void {
  const tls = createServer(
    { cert: readFileSync(cert), key: readFileSync(key) },
    async (incoming, response) => {
      const { method, url, headers } = incoming;
      const body = await buffer(incoming);
      const [service = ''] = (headers.host ?? '').split('.');
      const line = JSON.stringify({ method, url, headers, body: body.toString() });
      if (service !== 'sqs') appendFileSync(record, `${line}\n`);
      if (service !== 's3' && service !== 'sqs') return response.end('<SignalResourceResponse/>');
      const upstream = request({ host: '127.0.0.1', port: 80, method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      });
      upstream.on('error', () => response.destroy());
      upstream.end(body);
    },
  );
  tls.listen(443, '127.0.0.1', () => writeFileSync(`${record}.up`, ''));
}
