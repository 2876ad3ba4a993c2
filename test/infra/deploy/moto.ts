import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '../tools.ts';
import { IMAGE_PARAMETER, startFront } from './moto-front.ts';

/** Never a real account, whatever the machine is set up for. */
export const AWS_ENV = {
  AWS_ACCESS_KEY_ID: 'testing',
  AWS_SECRET_ACCESS_KEY: 'testing',
  AWS_REGION: 'us-east-1',
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  AWS_EC2_METADATA_DISABLED: 'true',
};

export interface Moto {
  /** What the commands get as --endpointUrl. */
  readonly url: string;
  readonly port: number;
  /** Actions of the calls that came through {@link url}, in order. */
  readonly calls: string[];
  /** Actions whose answer never comes through it. */
  readonly held: Set<string>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  return port;
}

/** Starts moto's server with the front before it; `stop` ends it by its own pid. */
export async function startMoto(host = '127.0.0.1', fixedPort?: number): Promise<Moto> {
  const port = fixedPort ?? (await freePort());
  const child = spawn(findProgram('moto_server')!, ['-H', host, '-p', String(port)], { stdio: 'ignore' });
  const stopMoto = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  };
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`moto_server exited with ${child.exitCode}`);
    if (await isUp(port)) {
      const front = await startFront(port);
      const stop = async () => {
        await front.stop();
        await stopMoto();
      };
      // moto takes a path-style URL of S3 for one of a stand-in by this name.
      return { url: `http://localhost:${front.port}`, port, calls: front.calls, held: front.held, stop };
    }
    await sleep(100);
  }
  await stopMoto();
  throw new Error('moto_server did not answer within 60 s');
}

function isUp(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/moto-api/data.json`).then(
    (response) => response.arrayBuffer().then(() => true),
    () => false,
  );
}

/** A call of one AWS service in moto, without a signature: moto looks only for the name of the service. */
export async function callMoto(
  { port }: Pick<Moto, 'port'>,
  service: string,
  init: { method?: string; path?: string; headers?: Record<string, string>; body?: string | URLSearchParams },
): Promise<string> {
  const { method = 'POST', path = '/', headers, body } = init;
  const scope = `Credential=testing/20260101/us-east-1/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0`;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    ...{ method, body, headers: { authorization, ...headers } },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${service} ${method} ${path}: ${response.status} ${text}`);
  return text;
}

export function ec2(moto: Pick<Moto, 'port'>, parameters: Record<string, string>): Promise<string> {
  const body = new URLSearchParams({ Version: '2016-11-15', ...parameters });
  return callMoto(moto, 'ec2', { body });
}

export const textOf = (xml: string, tag: string) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1];

/** What has to be there before a stack: bucket, image, network. Gives `--parameter` flags of the network. */
export async function prepare(moto: Pick<Moto, 'port'>, bucket: string): Promise<string[]> {
  await callMoto(moto, 's3', { method: 'PUT', path: `/${bucket}` });
  await callMoto(moto, 'ssm', {
    headers: { 'x-amz-target': 'AmazonSSM.PutParameter', 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ Name: IMAGE_PARAMETER, Type: 'String', Value: 'ami-12c6146b' }),
  });
  const subnets = await ec2(moto, { Action: 'DescribeSubnets' });
  const values = { VpcId: textOf(subnets, 'vpcId'), SubnetIds: textOf(subnets, 'subnetId') };
  return Object.entries(values).flatMap(([name, value]) => ['--parameter', `${name}=${value}`]);
}

/** The newest user-data of a launch template, decoded. */
export async function userDataOf(moto: Pick<Moto, 'port'>, launchTemplateId: string): Promise<string> {
  const request = { LaunchTemplateId: launchTemplateId, 'LaunchTemplateVersion.1': '$Latest' };
  const answer = await ec2(moto, { Action: 'DescribeLaunchTemplateVersions', ...request });
  return Buffer.from(textOf(answer, 'userData')!, 'base64').toString();
}
