// The AWS of boot.test.ts, inside the network namespace of boot.sh: moto for IMDS on 169.254.169.254 and for S3,
// the stack deployed into it by the executable, its user-data read back, and HTTPS before S3 and CloudFormation.
// node deployed-aws.ts CERT KEY RECORD; the executable's path is in APP.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { runCommand } from '../../support/run-app.ts';
import { AWS_ENV, prepare, startMoto, userDataOf } from './moto.ts';

const [cert, key, record] = process.argv.slice(2) as [string, string, string];
const dir = dirname(record);
const BUCKET = 'deployed-artifacts';

/** Not spawnSync: the calls come back to this very process. */
async function app(...args: string[]): Promise<string> {
  const all = [...args, '--endpointUrl', moto.url, '--json'];
  const { code, stdout, stderr } = await runCommand(process.env.APP!, all, {
    env: AWS_ENV,
    timeoutMs: 60_000,
  });
  if (code !== 0) throw new Error(`app ${args[0]}: ${code} ${stderr}`);
  return stdout;
}

const moto = await startMoto('0.0.0.0', 80);
const network = await prepare(moto, BUCKET);
writeFileSync(join(dir, 'provision.json'), await app('provision', '--s3Bucket', BUCKET, '--yes', ...network));
const { resources } = JSON.parse(await app('status')) as { resources: { name: string; id: string }[] };
const launchTemplate = resources.find(({ name }) => name === 'LaunchTemplate')!.id;
writeFileSync(join(dir, 'user-data.sh'), await userDataOf(moto, launchTemplate));

/** S3 is moto's; moto has no SignalResource, so that is recorded only. */
const tls = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, async (incoming, response) => {
  const { method, url, headers } = incoming;
  const body = await buffer(incoming);
  appendFileSync(record, `${JSON.stringify({ method, url, headers, body: body.toString() })}\n`);
  if (!headers.host?.startsWith('s3.')) return response.end('<SignalResourceResponse/>');
  const upstream = request({ host: '127.0.0.1', port: 80, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode!, answer.headers);
    answer.pipe(response);
  });
  upstream.on('error', () => response.destroy());
  upstream.end(body);
});
tls.listen(443, '127.0.0.1', () => writeFileSync(`${record}.up`, ''));
