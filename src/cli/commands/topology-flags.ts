import type { Argv } from 'yargs';
import type { TopologyOptions } from '../../../infra/index.ts';
import { READINESS_PATH, type Service } from '../../core/index.ts';
import type { Extension } from '../command.ts';
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
  readonly logRetentionDays?: string;
  readonly env?: string[];
  readonly alb?: string;
  readonly trustProxy?: string[];
  readonly certificateArn?: string;
  readonly ec2Weight?: string;
  readonly lambdaWeight?: string;
  readonly stickiness?: string;
  readonly failover?: string;
  readonly domainName?: string;
  readonly hostedZoneId?: string;
  readonly tlsSecretArn?: string;
  readonly tlsSecretVersion?: string;
  readonly logs?: boolean;
  readonly functionUrl?: string;
  readonly stream?: boolean;
  readonly httpApi?: string;
  readonly shutdownExtension?: boolean;
}

/** Flags that hold one text, which infra checks. */
const TEXTS = {
  alb: 'Load balancer: internet-facing or internal; needs --trustProxy',
  certificateArn: 'ACM certificate: the load balancer serves HTTPS',
  ec2Weight: "Instances' share of the load balancer's traffic, 0 to 100 (default 100)",
  lambdaWeight: "Lambda function's share of it, 0 to 100 (default 0)",
  stickiness: 'Seconds that a client stays with one of the two sides',
  failover: 'When no instance is healthy: rule (all weight to Lambda) or dns (to the HTTP API)',
  domainName: 'Name that leads to the load balancer; needs --hostedZoneId',
  hostedZoneId: 'Route 53 zone of --domainName',
  tlsSecretArn: 'Secret with certificate and privateKey: the instances serve HTTPS',
  tlsSecretVersion: 'Version id of that secret; a new one replaces the instances',
  functionUrl: "URL of the routes' function: iam or open",
  httpApi: "HTTP API before the routes' function: iam or open",
} as const;

/** Flags without a value. */
const SWITCHES = {
  logs: "Forward the server's logs to CloudWatch Logs",
  stream: 'The function URL streams its responses',
  shutdownExtension: 'Functions get SIGTERM before Lambda ends them',
} as const;

/** None is demanded by yargs: the infra module names every problem at once, missing flags too. */
export function withTopologyFlags(yargs: Argv): Argv {
  yargs
    .option('s3Bucket', { string: true, describe: 'Bucket of the artifact (required)' })
    .option('s3Key', {
      string: true,
      describe: 'Key of the Lambda zip in it (default: uploaded by its hash)',
    })
    .option('sha256', { string: true, describe: 'SHA-256 of the zip, checked by the instances' })
    .option('key', { string: true, describe: 'EC2 key pair; without it nobody can log in' })
    .option('sshCidr', { string: true, describe: 'IPv4 CIDR that may reach port 22; needs --key' })
    .option('appCidr', { string: true, describe: 'IPv4 CIDR that may reach the HTTP port or load balancer' })
    .option('port', { string: true, describe: 'HTTP port on the instances (default 9999)' })
    .option('memorySize', { string: true, describe: 'Lambda memory, MB (default 512)' })
    .option('timeout', { string: true, describe: 'Lambda timeout, seconds (default 30)' })
    .option('logRetentionDays', { string: true, describe: 'Days that logs are kept (default 30)' })
    .option('trustProxy', {
      string: true,
      array: true,
      describe: "CIDR of the load balancer's subnets, whose X-Forwarded-* count; repeatable",
    })
    .option('env', {
      string: true,
      array: true,
      describe: 'NAME=value for functions and server; repeatable',
    });
  for (const [name, describe] of Object.entries(TEXTS)) yargs.option(name, { string: true, describe });
  for (const [name, describe] of Object.entries(SWITCHES)) yargs.option(name, { boolean: true, describe });
  return yargs;
}

/** The options of `emitTopology`, not validated yet. */
export function topologyOptions(flags: TopologyFlags, service: Service, extension: Extension) {
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
    logRetentionDays: numberOf(flags.logRetentionDays),
    ...edgeOptions(flags),
    environment: environmentFlag(flags.env ?? []),
    readinessPath: READINESS_PATH,
    decorate: decoratorOf(extension, flags),
  };
}

function decoratorOf({ decorateTemplate }: Extension, flags: TopologyFlags): TopologyOptions['decorate'] {
  return (
    decorateTemplate &&
    ((template, topology) => decorateTemplate(template, { flags: { ...flags }, topology }))
  );
}

function edgeOptions(flags: TopologyFlags) {
  const { alb, failover, functionUrl, httpApi, trustProxy, logs, stream, shutdownExtension } = flags;
  const { certificateArn, domainName, hostedZoneId, tlsSecretArn, tlsSecretVersion } = flags;
  return {
    alb: alb as TopologyOptions['alb'],
    failover: failover as TopologyOptions['failover'],
    functionUrl: functionUrl as TopologyOptions['functionUrl'],
    httpApi: httpApi as TopologyOptions['httpApi'],
    ...{ trustProxy, certificateArn, domainName, hostedZoneId, tlsSecretArn, tlsSecretVersion },
    ...{ logs, stream, shutdownExtension },
    ec2Weight: numberOf(flags.ec2Weight),
    lambdaWeight: numberOf(flags.lambdaWeight),
    stickiness: numberOf(flags.stickiness),
  };
}

// What is no number goes on as it is, so that the refusal can show it.
function numberOf(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : (value as undefined);
}

function descriptionOf(service: Service) {
  const { name, version } = service;
  const functions = [...service.functions.values()];
  const triggers = functions.flatMap(({ name, source }) => (source?.trigger ? [[name, source.trigger]] : []));
  return {
    name,
    version,
    functions: functions.map(({ name }) => name),
    hasRoutes: service.routes.length > 0,
    triggers: Object.fromEntries(triggers),
  };
}
