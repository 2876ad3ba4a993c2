import type { ProgramLog } from '../src/adapters/supervisor/index.ts';
import type { Intrinsic, TemplateResource } from './intrinsics.ts';
import type { RetentionDays } from './validate.ts';

/** What the infra module has to know of a service. The registry is not loaded here. */
export interface ServiceDescription {
  /** At least one letter or digit; paths, the account and resource tags derive from it. */
  readonly name: string;
  readonly version: string;
  /** Names of raw functions and event handlers; each becomes a Lambda function whose Handler it is. */
  readonly functions: readonly string[];
  /** Whether there are HTTP routes: these become one more function, with the handler `http`. */
  readonly hasRoutes: boolean;
}

/** The Handler that stands for the registry's HTTP routes. */
export const HTTP_HANDLER = 'http';

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
  /** IPv4 CIDR that may reach the HTTP port. Default: none, the port is closed. */
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
}

/** Options after validation, with defaults and derived names. */
export interface Topology extends TopologyOptions {
  readonly port: number;
  readonly readinessPath: string;
  readonly memorySize: number;
  readonly timeout: number;
  readonly logRetentionDays: RetentionDays;
  readonly environment: Readonly<Record<string, string>>;
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
}

export interface TemplateOutput {
  readonly Description: string;
  readonly Value: Intrinsic | string;
}

/** A whole CloudFormation template. */
export interface Template {
  readonly AWSTemplateFormatVersion: '2010-09-09';
  readonly Description: string;
  readonly Parameters: Readonly<Record<string, TemplateParameter>>;
  readonly Conditions: Readonly<Record<string, object>>;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs: Readonly<Record<string, TemplateOutput>>;
}
