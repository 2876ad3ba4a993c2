import { relative } from 'node:path';
import { ConfigError, READINESS_PATH, type Service } from '../../core/index.ts';
import { defineCommand } from '../command.ts';
import { environmentFlag } from '../flags.ts';
import { print } from '../output.ts';

interface Flags {
  readonly noop: boolean;
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
  readonly out?: string;
}

export const provisionCommand = defineCommand<Flags>({
  command: 'provision',
  describe: 'Emit the CloudFormation template, EC2 user-data and supervisord configuration',
  builder: (yargs) =>
    yargs
      .option('noop', {
        boolean: true,
        default: false,
        describe: 'Write the files only; touch nothing in AWS',
      })
      // Not demanded by yargs: the infra module names every problem at once, missing flags too.
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
      })
      .option('out', { string: true, describe: 'Folder for the files (default NAME-stack)' }),
  handler: async (flags, tools) => {
    if (Array.isArray(flags.out)) throw new ConfigError('--out: given more than once');
    if (flags.out === '') throw new ConfigError('--out: needs a folder');
    const { emitTopology, writeTopology } = await import('../../../infra/index.ts');
    const service = await tools.service();
    const emitted = emitTopology({ ...topologyFlags(flags), service: descriptionOf(service) });
    if (!flags.noop)
      throw new ConfigError('provision: only --noop is there yet; deploy the emitted template');
    const files = await writeTopology(flags.out ?? `${service.name}-stack`, emitted);
    for (const file of files) await print(relative('.', file));
  },
});

function topologyFlags(flags: Flags) {
  const { s3Bucket, s3Key, sha256, key, sshCidr, appCidr } = flags;
  return {
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
