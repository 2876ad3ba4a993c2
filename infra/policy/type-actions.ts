/**
 * What CloudFormation calls, in the name of who deploys, to make, read, change and delete each type of resource.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export interface TypeActions {
  /** Prefix of the service's actions. */
  readonly service: string;
  readonly actions: readonly string[];
  /**
   * The rest of the ARN behind the partition, with REGION, and NAME for the names of the stack's resources. Absent:
   * actions that know no resource, or names that nobody can foretell.
   */
  readonly arn?: string;
  /** Whole actions that know no resource. */
  readonly free?: readonly string[];
  /** Property that names the resource; what has no name gets one of stack, logical name and random letters. */
  readonly named?: string;
  /** Longest name; CloudFormation cuts longer ones, and their beginning with them. */
  readonly longest?: number;
}
