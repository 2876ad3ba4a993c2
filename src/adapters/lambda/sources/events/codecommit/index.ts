import type { EventSource } from '../../../../../core/index.ts';
import { isFrom } from '../../detect.ts';
import { THROUGH_QUEUE } from '../shared/delivery.ts';
import { defineSource } from '../shared/event-source.ts';
import { checkArn } from '../shared/option-checks.ts';
import { type Parts, requireParts } from '../shared/parts.ts';
import { runEach } from '../shared/run-each.ts';
import type { CodeCommitTrigger, ResourceRef } from '../shared/triggers.ts';

export interface CodeCommitOptions {
  /** ARN of the repository; without it the template declares no trigger. */
  readonly repository?: ResourceRef;
  /** Only these branches. Default: every branch and tag. */
  readonly branches?: readonly string[];
}

/** A branch or tag that was made, moved or deleted. */
export interface CodeCommitChange {
  readonly repository: string;
  readonly repositoryArn: string;
  /** `refs/heads/main` or `refs/tags/v1`. */
  readonly ref: string;
  /** Absent where the reference was deleted. */
  readonly commit: string | undefined;
  readonly created: boolean;
  readonly deleted: boolean;
  readonly time: Date;
  readonly userArn: string;
  /** Custom data of the repository's own trigger. */
  readonly customData: string | undefined;
  /** The record, or the EventBridge event, as it came. */
  readonly raw: unknown;
}

/**
 * Changes of references in a CodeCommit repository. The template makes an EventBridge rule, since CloudFormation can
 * only give triggers to a repository that it makes; events of such a trigger are handled the same.
 * @throws ConfigError
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { codeCommit } from 'amphi/events';
 *
 * export const registry = createRegistry({ name: 'orders' });
 *
 * registry.event('pushed', codeCommit({ branches: ['main'] }), (change) => {
 *   console.log(change.repository, change.ref); // website refs/heads/main
 * });
 * ```
 */
export function codeCommit(
  options: CodeCommitOptions = {},
): EventSource<CodeCommitChange, unknown, CodeCommitTrigger> {
  const { repository, branches } = options;
  if (repository !== undefined) checkArn('codecommit', 'repository', repository, 'codecommit');
  const trigger: CodeCommitTrigger | undefined =
    repository === undefined ? undefined : { type: 'codecommit', repository, branches };
  return defineSource<CodeCommitChange, unknown, CodeCommitTrigger>({
    type: 'codecommit',
    onInstances: THROUGH_QUEUE,
    trigger,
    matches: (event) => isFrom(event, 'codecommit') || isStateChange(event),
    run: async (event: TriggerEvent | StateChange, context, handler) => {
      if (isStateChange(event)) return void (await handler(fromStateChange(event), context));
      requireParts('codecommit', event, { Records: 'objects' });
      const changes = (event as TriggerEvent).Records.flatMap(fromRecord);
      await runEach(changes, (change) => change, context, handler);
    },
  });
}

interface TriggerEvent {
  readonly Records: readonly TriggerRecord[];
}

interface TriggerRecord {
  readonly codecommit: { readonly references: readonly Reference[] };
  readonly eventSourceARN: string;
  readonly eventTime: string;
  readonly userIdentityARN: string;
  readonly customData?: string;
}

interface Reference {
  readonly ref: string;
  readonly commit?: string;
  readonly created?: boolean;
  readonly deleted?: boolean;
}

const RECORD: Parts = {
  eventSourceARN: 'text',
  eventTime: 'time',
  userIdentityARN: 'text?',
  customData: 'text?',
  'codecommit.references': 'objects',
};
const REFERENCE: Parts = { ref: 'text', commit: 'text?' };

function fromRecord(record: TriggerRecord): CodeCommitChange[] {
  requireParts('codecommit', record, RECORD, 'a record: ');
  for (const reference of record.codecommit.references)
    requireParts('codecommit', reference, REFERENCE, 'a record: codecommit.references: ');
  const { eventSourceARN: arn } = record;
  return record.codecommit.references.map(({ ref, commit, created = false, deleted = false }) => ({
    repository: arn.slice(arn.lastIndexOf(':') + 1),
    repositoryArn: arn,
    ref,
    commit: deleted ? undefined : commit,
    created,
    deleted,
    time: new Date(record.eventTime),
    userArn: record.userIdentityARN ?? '',
    customData: record.customData ?? undefined,
    raw: record,
  }));
}

interface StateChange {
  readonly time: string;
  readonly resources: readonly string[];
  readonly detail: {
    readonly event: 'referenceCreated' | 'referenceUpdated' | 'referenceDeleted';
    readonly repositoryName: string;
    readonly referenceFullName: string;
    readonly commitId?: string;
    readonly callerUserArn: string;
  };
}

const STATE_CHANGE = 'CodeCommit Repository State Change';

function isStateChange(event: unknown): event is StateChange {
  return (
    isFrom(event, 'eventbridge') && (event as { 'detail-type': unknown })['detail-type'] === STATE_CHANGE
  );
}

const CHANGE: Parts = {
  time: 'time',
  resources: 'texts?',
  'detail.event': 'text',
  'detail.repositoryName': 'text',
  'detail.referenceFullName': 'text',
  'detail.commitId': 'text?',
  'detail.callerUserArn': 'text?',
};

function fromStateChange(event: StateChange): CodeCommitChange {
  requireParts('codecommit', event, CHANGE);
  const { detail } = event;
  const deleted = detail.event === 'referenceDeleted';
  return {
    repository: detail.repositoryName,
    repositoryArn: event.resources?.[0] ?? '',
    ref: detail.referenceFullName,
    commit: deleted ? undefined : detail.commitId,
    created: detail.event === 'referenceCreated',
    deleted,
    time: new Date(event.time),
    userArn: detail.callerUserArn ?? '',
    customData: undefined,
    raw: event,
  };
}
