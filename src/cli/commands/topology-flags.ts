import type { Argv } from 'yargs';
import { READINESS_PATH, type Service } from '../../core/index.ts';
import { environmentFlag } from '../flags.ts';

/** Flags of the topology, shared by every command that emits or deploys it. */
export interface TopologyFlags {
  readonly s3Bucket?: string;
  readonly s3Key?: string;
  readonly sha256?: string;
  readonly key?: string;
  readonly sshCidr?: string;
  readonly appCidr?: string;
  readonly port?: string;
  readonly memorySize?: string;
  readonly timeout?: string;
  readonly env?: string[];
}

/** None is demanded by yargs: the infra module names every problem at once, missing flags too. */
export function withTopologyFlags(yargs: Argv): Argv {
  return yargs
    .option('s3Bucket', { string: true, describe: 'Bucket of the artifact (required)' })
    .option('s3Key', { string: true, describe: 'Key of the Lambda zip in it (required)' })
    .option('sha256', { string: true, describe: 'SHA-256 of the zip, checked by the instances' })
    .option('key', { string: true, describe: 'EC2 key pair; without it nobody can log in' })
    .option('sshCidr', { string: true, describe: 'IPv4 CIDR that may reach port 22; needs --key' })
    .option('appCidr', { string: true, describe: 'IPv4 CIDR that may reach the HTTP port' })
    .option('port', { string: true, describe: 'HTTP port on the instances (default 9999)' })
    .option('memorySize', { string: true, describe: 'Lambda memory, MB (default 512)' })
    .option('timeout', { string: true, describe: 'Lambda timeout, seconds (default 30)' })
    .option('env', {
      string: true,
      array: true,
      describe: 'NAME=value for functions and server; repeatable',
    });
}

/** The options of `emitTopology`, not validated yet. */
export function topologyOptions(flags: TopologyFlags, service: Service) {
  const { s3Bucket, s3Key, sha256, key, sshCidr, appCidr } = flags;
  return {
    service: descriptionOf(service),
    // Absent ones are reported by the infra module with all other problems.
    s3Bucket: s3Bucket as string,
    s3Key: s3Key as string,
    sha256,
    key,
    sshCidr,
    appCidr,
    port: numberOf(flags.port),
    memorySize: numberOf(flags.memorySize),
    timeout: numberOf(flags.timeout),
    environment: environmentFlag(flags.env ?? []),
    readinessPath: READINESS_PATH,
  };
}

// What is no number goes on as it is, so that the refusal can show it.
function numberOf(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : (value as undefined);
}

function descriptionOf(service: Service) {
  const { name, version } = service;
  return { name, version, functions: [...service.functions.keys()], hasRoutes: service.routes.length > 0 };
}
