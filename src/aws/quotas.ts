/**
 * Limits of the services that the infra module deploys to. Payloads and the Invoke API have files of their own.
 * @see https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
 */

/** Memory of a Lambda function, MB. */
export const LAMBDA_MEMORY_MB = { min: 128, max: 10_240 } as const;

/** Timeout of a Lambda function, seconds. */
export const LAMBDA_TIMEOUT_SECONDS = { min: 1, max: 900 } as const;

/** All environment variables of a Lambda function together, bytes. */
export const LAMBDA_ENVIRONMENT_BYTES = 4096;

/** Description of a Lambda function, characters. */
export const LAMBDA_DESCRIPTION_LENGTH = 256;

/** User-data of an instance before base64, bytes. */
export const USER_DATA_BYTES = 16_384;

/** Length of the name of an EC2 key pair. */
export const KEY_PAIR_NAME_LENGTH = 255;

/** Length of an S3 key. */
export const S3_KEY_LENGTH = 1024;

/** How long a client may stay with one target group, seconds. */
export const STICKINESS_SECONDS = { min: 1, max: 604_800 } as const;

/** Days for which CloudWatch Logs can keep a log. */
export const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/**
 * Template of CloudFormation: entries of its sections, and bytes of its text in the call itself and in a bucket.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 */
export const CLOUDFORMATION = {
  parameters: 200,
  mappings: 200,
  resources: 500,
  outputs: 200,
  descriptionLength: 1024,
  bodyBytes: 51_200,
  objectBytes: 1_000_000,
} as const;

/** Managed policies of a role, without a raise of the quota. */
export const ROLE_POLICIES = 10;

/** Characters of all inline policies of a role together, white space not counted. */
export const ROLE_POLICY_CHARACTERS = 10_240;

/** More instances than any group here is meant for. */
export const AUTO_SCALING_INSTANCES = 10_000;

/** Metrics that the alarms of a scaling policy may be made of. */
export const ALARM_METRICS = 10;

/** How long a load balancer keeps an idle connection, seconds. */
export const IDLE_TIMEOUT_SECONDS = { min: 1, max: 4000 } as const;

/** The largest gp3 volume, GiB. */
export const EBS_VOLUME_GIB = 65_536;
