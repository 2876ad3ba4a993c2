import type { ProgramLog } from '../../src/adapters/supervisor/index.ts';
import type { Intrinsic, TemplateResource } from '../intrinsics.ts';
import type { RetentionDays } from './validate-edge.ts';

/** What the infra module has to know of a service. The registry is not loaded here. */
export interface ServiceDescription {
  /** At least one letter or digit; paths, the account and resource tags derive from it. */
  readonly name: string;
  readonly version: string;
  /** Names of raw functions and event handlers; each becomes a Lambda function whose Handler it is. */
  readonly functions: readonly string[];
  /** Whether there are HTTP routes: these become one more function, with the handler `http`. */
  readonly hasRoutes: boolean;
  /** Trigger of a function by its name: plain data of its event source (`EventSource.trigger`). Default: none. */
  readonly triggers?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What `emitTopology` needs. Names are those of the flags of `app provision`. */
export interface TopologyOptions {
  readonly service: ServiceDescription;
  /** Bucket of the artifact, in the region of the stack. */
  readonly s3Bucket: string;
  /** Key of the Lambda zip; a key that names its content makes every new artifact replace the instances. */
  readonly s3Key: string;
  /** Hex SHA-256 of the zip; the instances refuse another content. Default: not checked. */
  readonly sha256?: string;
  /** EC2 key pair. Without it nobody can log in, and port 22 stays closed. */
  readonly key?: string;
  /** IPv4 CIDR that may reach port 22; needs `key`. Default: none. */
  readonly sshCidr?: string;
  /** IPv4 CIDR that may reach the HTTP port, or the load balancer where there is one. Default: none. */
  readonly appCidr?: string;
  /** HTTP port. Default 9999. */
  readonly port?: number;
  /** Path that answers 2xx once the server is ready. */
  readonly readinessPath?: string;
  /** Environment of every function and of the server. Not for secrets: it is readable in the template. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Lambda memory in MB, 128 to 10240. Default 512. */
  readonly memorySize?: number;
  /** Lambda timeout in seconds, 1 to 900. Default 30. */
  readonly timeout?: number;
  /** Days that Lambda logs are kept, one of CloudWatch's values. Default 30. */
  readonly logRetentionDays?: number;
  /** Seconds between SIGTERM and SIGKILL on the instances. Default 35. */
  readonly stopwaitsecs?: number;
  /** Rotation of the server's logs on the instances. */
  readonly logRotation?: Pick<ProgramLog, 'maxBytes' | 'backups'>;
  /** Application Load Balancer before the instances and the routes' Lambda function. Default: none. */
  readonly alb?: 'internet-facing' | 'internal';
  /** IPv4 CIDRs of the load balancer's subnets, whose X-Forwarded-* the server believes; needs `alb`. */
  readonly trustProxy?: readonly string[];
  /** ACM certificate in the stack's region: the load balancer serves HTTPS, port 80 redirects to it. */
  readonly certificateArn?: string;
  /** Share of the instances in the load balancer's traffic, 0 to 100. Default 100. */
  readonly ec2Weight?: number;
  /** Share of the Lambda function in the load balancer's traffic, 0 to 100. Default 0. */
  readonly lambdaWeight?: number;
  /** Seconds that a client stays with the side it first came to, 1 to 604800. Default: not at all. */
  readonly stickiness?: number;
  /**
   * What an alarm on the last healthy instance changes: `rule` gives all weight to the Lambda function,
   * `dns` leads the domain name to the HTTP API. Default: nothing.
   */
  readonly failover?: 'rule' | 'dns';
  /** Name that leads to the load balancer; needs `hostedZoneId`. */
  readonly domainName?: string;
  /** Route 53 zone of `domainName`. */
  readonly hostedZoneId?: string;
  /**
   * Secrets Manager secret with the JSON text `{"certificate": PEM chain, "privateKey": PEM}`: the instances
   * serve HTTPS with it. The whole ARN, random suffix included.
   */
  readonly tlsSecretArn?: string;
  /** Version id of that secret; a new one replaces the instances. Default: the current one at first boot. */
  readonly tlsSecretVersion?: string;
  /** Forward the server's logs to CloudWatch Logs by Amazon's agent. Default false. */
  readonly logs?: boolean;
  /** URL of the routes' Lambda function: for callers who sign, or open to the world. Default: none. */
  readonly functionUrl?: 'iam' | 'open';
  /** The function URL streams its responses; not with `alb` or `httpApi`. Default false. */
  readonly stream?: boolean;
  /** HTTP API before the routes' Lambda function: for callers who sign, or open to the world. Default: none. */
  readonly httpApi?: 'iam' | 'open';
  /** Functions get SIGTERM before Lambda ends them, by an internal extension. Default false. */
  readonly shutdownExtension?: boolean;
  /** Changes the finished template; see {@link TemplateDecorator}. */
  readonly decorate?: TemplateDecorator;
}

/**
 * Sees the finished template, a copy of its own, and changes it or gives another one. The outcome has to hold
 * together: plain JSON, alphanumeric logical names, and no reference to what is not there.
 */
export type TemplateDecorator = (
  template: Template,
  topology: Topology,
  // biome-ignore lint/suspicious/noConfusingVoidType: a decorator that changes its argument returns nothing
) => Template | undefined | void;

/** Options after validation, with defaults and derived names. */
export interface Topology extends TopologyOptions {
  readonly port: number;
  readonly readinessPath: string;
  readonly memorySize: number;
  readonly timeout: number;
  readonly logRetentionDays: RetentionDays;
  readonly environment: Readonly<Record<string, string>>;
  readonly ec2Weight: number;
  readonly lambdaWeight: number;
  /** Lower-case letters, digits and `-`: folder and program name on the instances. */
  readonly slug: string;
  /** System account that runs the server. */
  readonly account: string;
}

/** One part of a template; several are merged, and no logical name may come twice. */
export interface TemplateGroup {
  readonly Parameters?: Readonly<Record<string, TemplateParameter>>;
  readonly Conditions?: Readonly<Record<string, object>>;
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, TemplateOutput>>;
}

export interface TemplateParameter {
  readonly Type: string;
  readonly Description: string;
  readonly Default?: string | number;
  readonly AllowedPattern?: string;
  readonly ConstraintDescription?: string;
  readonly MinValue?: number;
  readonly MaxValue?: number;
}

export interface TemplateOutput {
  readonly Description: string;
  readonly Value: Intrinsic | string;
}

/** A whole CloudFormation template. Its sections may be added to, by a decorator. */
export interface Template {
  readonly AWSTemplateFormatVersion: '2010-09-09';
  Description: string;
  Transform?: string | string[];
  Metadata?: Record<string, unknown>;
  Mappings?: Record<string, object>;
  readonly Parameters: Record<string, TemplateParameter>;
  readonly Conditions: Record<string, object>;
  readonly Resources: Record<string, TemplateResource>;
  readonly Outputs: Record<string, TemplateOutput>;
}
