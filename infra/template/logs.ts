import { getAtt, resource, type TemplateResource } from '../intrinsics.ts';
import type { Topology } from '../topology/types.ts';
import type { Grant } from './policies.ts';

/** A log group that goes with the stack. */
export function logGroup({ logRetentionDays }: Pick<Topology, 'logRetentionDays'>): TemplateResource {
  return resource(
    'AWS::Logs::LogGroup',
    { RetentionInDays: logRetentionDays },
    { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' },
  );
}

/** Leave to write to a log group of the template. */
export const writesLog = (name: string): Grant => ({
  actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  resources: [getAtt(name, 'Arn')],
});
