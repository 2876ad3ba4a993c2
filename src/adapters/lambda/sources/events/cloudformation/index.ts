import {
  type Awaitable,
  Context,
  type EventSource,
  type InvocationContext,
} from '../../../../../core/index.ts';
import { beforeDeadline } from '../shared/batch.ts';
import { defineSource, malformedEvent } from '../shared/event-source.ts';
import { type Parts, requireParts } from '../shared/parts.ts';
import type { CloudFormationTrigger } from '../shared/triggers.ts';
import { defaultId, isFailedCreate } from './ids.ts';
import { responseTo } from './response.ts';
import type {
  Answer,
  CustomResourceEvent,
  CustomResourceRequest,
  CustomResourceResponse,
  Outcome,
} from './types.ts';

export type { CustomResourceRequest, CustomResourceResponse };

/** Milliseconds kept back before the deadline to tell CloudFormation of a timeout. */
export const RESPONSE_MARGIN_MS = 5000;

/**
 * A custom resource. Whatever happens, CloudFormation is told: SUCCESS with the answer, or FAILED with the message of
 * the error, or of the timeout a little before the deadline; so no stack is left waiting. Use the `ServiceToken` output
 * of the template in the stack that declares the resource.
 *
 * A Create that failed is told with an id that marks it; the Delete that CloudFormation sends for it on rollback is
 * answered without the handler, which has to tidy up after its own failed Create. After a timeout, when nobody knows
 * how far it came, the handler gets that Delete.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-responses.html
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { customResource } from 'amphi/events';
 *
 * export const registry = createRegistry({ name: 'orders' });
 *
 * registry.event('seed', customResource<{ Table: string }>(), async (request) => {
 *   console.log(request.type, request.properties.Table); // Create orders
 *   return { physicalResourceId: 'seed-1', data: { Rows: '3' } };
 * });
 * ```
 */
export function customResource<Properties = Readonly<Record<string, unknown>>>(): EventSource<
  CustomResourceRequest<Properties>,
  Answer,
  CloudFormationTrigger
> {
  return defineSource<CustomResourceRequest<Properties>, Answer, CloudFormationTrigger>({
    type: 'cloudformation',
    onInstances: 'CloudFormation calls a function by its ARN',
    trigger: { type: 'cloudformation' },
    check: checkEvent,
    run: async (event: CustomResourceEvent, context, handler) => {
      const outcome = await settle(event, context, () => handler(decode(event) as never, context));
      const response = responseTo(event, outcome);
      const { status, reason } = outcome;
      if (status === 'FAILED')
        context.logger.error('custom resource failed', { reason, error: outcome.error });
      const { send } = await import('./send.ts');
      await send(event.ResponseURL, response, context);
    },
  });
}

async function settle(
  event: CustomResourceEvent,
  context: InvocationContext,
  handle: () => Awaitable<Answer>,
): Promise<Outcome> {
  const { RequestType: type, PhysicalResourceId: id } = event;
  if (type === 'Delete' && isFailedCreate(id)) return { status: 'SUCCESS' };
  const timedOut: Outcome = { status: 'FAILED', timedOut: true, reason: `the ${type} ran out of time` };
  const stop = () => {
    if (context instanceof Context) context.abort(new Error(timedOut.reason));
  };
  const work = runHandler(handle);
  return (await beforeDeadline(work, context, stop, RESPONSE_MARGIN_MS)) ?? timedOut;
}

async function runHandler(handle: () => Awaitable<Answer>): Promise<Outcome> {
  try {
    return { status: 'SUCCESS', answer: (await handle()) ?? {} };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { status: 'FAILED', reason, error };
  }
}

const PARTS: Parts = {
  RequestType: 'text',
  ResponseURL: 'text',
  StackId: 'text',
  RequestId: 'text',
  LogicalResourceId: 'text',
  ResourceType: 'text?',
  PhysicalResourceId: 'text?',
  ResourceProperties: 'object?',
  OldResourceProperties: 'object?',
};

function checkEvent(event: unknown): void {
  requireParts('cloudformation', event, PARTS);
  const { RequestType: type } = event as CustomResourceEvent;
  if (type !== 'Create' && type !== 'Update' && type !== 'Delete')
    throw malformedEvent('cloudformation', `RequestType is ${JSON.stringify(type)}`);
}

function decode(event: CustomResourceEvent): CustomResourceRequest {
  const { ServiceToken: _, ...properties } = event.ResourceProperties ?? {};
  const common = {
    resourceType: event.ResourceType ?? '',
    logicalResourceId: event.LogicalResourceId,
    physicalResourceId: event.PhysicalResourceId ?? defaultId(event),
    stackId: event.StackId,
    requestId: event.RequestId,
    properties,
    raw: event,
  };
  if (event.RequestType !== 'Update') return { ...common, type: event.RequestType };
  const { ServiceToken: __, ...oldProperties } = event.OldResourceProperties ?? {};
  return { ...common, type: 'Update', oldProperties };
}
