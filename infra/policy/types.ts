export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/** Where a service is deployed. */
export interface Place {
  readonly stack: string;
  readonly slug: string;
  readonly bucket: string;
  /** Of an artifact that is not uploaded by the commands. */
  readonly key?: string | undefined;
  /** Default: any. */
  readonly region?: string | undefined;
  /** Role by which CloudFormation acts. Default: the rights of who deploys. */
  readonly roleArn?: string | undefined;
}

export interface PolicyScope extends Place {
  /** A whole ARN, of what follows the partition, with `REGION` in it. */
  readonly arn: (rest: string) => string;
}
