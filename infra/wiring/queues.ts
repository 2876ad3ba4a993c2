/** Queues by which functions and events reach the worker on the instances. */
import { createHash } from 'node:crypto';
import type { SqsTrigger } from '../../src/adapters/lambda/sources/events/shared/triggers.ts';
import { type Argument, getAtt, type Intrinsic, sub } from '../intrinsics.ts';
import { handlerOf } from '../topology/sides.ts';
import type { ServiceDescription } from '../topology/types.ts';
import { functionOwner, type References } from './references.ts';
import { stackSuffix } from './stack-suffix.ts';

/** The queue that a handler names itself, and so has already; `undefined` for every other. */
export function ownQueue(service: ServiceDescription, handler: string): SqsTrigger | undefined {
  const { triggers = {} } = service;
  const trigger = Object.hasOwn(triggers, handler) ? triggers[handler] : undefined;
  return trigger?.type === 'sqs' ? (trigger as SqsTrigger) : undefined;
}

/** Whether the template puts a queue before a handler that runs on instances. */
export const hasMadeQueue = (service: ServiceDescription, handler: string): boolean =>
  ownQueue(service, handler) === undefined && handlerOf(service, handler)?.source !== 'sqs';

/** ARN of the queue from which the worker takes what is for a handler. @param name the handler's logical name */
export function queueArn(
  service: ServiceDescription,
  handler: string,
  name: string,
  references: References,
): Argument {
  const own = ownQueue(service, handler);
  return own === undefined
    ? getAtt(`${name}Queue`, 'Arn')
    : references.resolve(functionOwner(handler), 'queue', own.queue);
}

/** What an SQS name has room for beside the service's slug, the stack's suffix and two hyphens. */
const HANDLER_ROOM = 42;

/**
 * Name of a queue, known before the queue exists: its dead letters let in no other queue, and its policy is there before
 * what sends to it. Queues of two stacks differ by the suffix.
 */
export function queueName(slug: string, name: string): Intrinsic {
  const digest = () => createHash('sha256').update(name).digest('hex').slice(0, 8);
  const short = name.length <= HANDLER_ROOM ? name : `${name.slice(0, HANDLER_ROOM - 9)}-${digest()}`;
  return sub(`${slug}-${short}-\${Stack}`, { Stack: stackSuffix() });
}
