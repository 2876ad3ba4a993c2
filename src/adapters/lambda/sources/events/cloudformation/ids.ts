import type { CustomResourceEvent } from './types.ts';

const FAILED_CREATE = 'amphi-create-failed-';

/** The id of a resource whose Create failed: CloudFormation sends it with the Delete of the rollback. */
export function failedCreateId({ RequestId }: CustomResourceEvent): string {
  return `${FAILED_CREATE}${RequestId}`;
}

export function isFailedCreate(id: string | undefined): boolean {
  return id?.startsWith(FAILED_CREATE) ?? false;
}

/** The id of a resource that its handler does not name: of the stack and the logical id, so retries agree. */
export function defaultId({ StackId, LogicalResourceId }: CustomResourceEvent): string {
  const [, name = 'stack', unique = ''] = StackId.split('/');
  return `${name}-${LogicalResourceId}-${unique.slice(0, 8)}`;
}
