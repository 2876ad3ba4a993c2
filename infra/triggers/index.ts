import type { Trigger, TriggerType } from '../../src/adapters/lambda/sources/events/shared/triggers.ts';
import type { EventTrigger } from '../../src/core/index.ts';
import type { ServiceDescription, TemplateGroup, Topology } from '../topology/types.ts';
import type { Wiring } from '../wiring/index.ts';
import { hasMadeQueue } from '../wiring/queues.ts';
import { sqsTrigger, streamTrigger } from './event-source-mappings.ts';
import { forwarderGroup, forwarderOf } from './forwarder.ts';
import {
  cloudFormationTrigger,
  cloudWatchLogsTrigger,
  cognitoTrigger,
  sesTrigger,
  snsTrigger,
} from './push-triggers.ts';
import { queueGroup } from './queues.ts';
import { codeCommitTrigger, eventBridgeTrigger, scheduleTrigger } from './rules.ts';
import { s3Trigger } from './s3.ts';
import { type Destination, type Emit, TriggerScope } from './trigger-scope.ts';

/** One emitter for each type of trigger: a missing one, or one for another type, does not compile. */
const EMITTERS: { readonly [Type in TriggerType]: Emit<Trigger<Type>> } = {
  s3: s3Trigger,
  sns: snsTrigger,
  sqs: sqsTrigger,
  kinesis: streamTrigger,
  dynamodb: streamTrigger,
  eventbridge: eventBridgeTrigger,
  schedule: scheduleTrigger,
  codecommit: codeCommitTrigger,
  'cloudwatch-logs': cloudWatchLogsTrigger,
  ses: sesTrigger,
  cognito: cognitoTrigger,
  cloudformation: cloudFormationTrigger,
};

/** How the events of each type reach a handler that runs on instances alone. */
const ON_INSTANCES: Readonly<Record<TriggerType, 'queue' | 'forwarder' | 'polled' | 'never'>> = {
  s3: 'queue',
  sns: 'queue',
  sqs: 'polled',
  kinesis: 'never',
  dynamodb: 'never',
  eventbridge: 'queue',
  schedule: 'queue',
  codecommit: 'queue',
  'cloudwatch-logs': 'forwarder',
  ses: 'forwarder',
  cognito: 'never',
  cloudformation: 'never',
};

/** The registry holds sources of any kind: a trigger is one of ours when there is an emitter for its type. */
function isTrigger(trigger: EventTrigger): trigger is Trigger {
  return typeof trigger.type === 'string' && Object.hasOwn(EMITTERS, trigger.type);
}

function emit<Type extends TriggerType>(scope: TriggerScope, trigger: Trigger<Type>): TemplateGroup {
  return EMITTERS[trigger.type](scope, trigger);
}

/**
 * Resources of the handlers' triggers with their permissions, and the queues before handlers on instances.
 * Logical names derive from the function's: `OnUploadTriggerRule`.
 *
 * @throws ProvisionError naming the function, for a trigger that cannot be emitted
 */
export function triggerGroups(topology: Topology, wiring: Wiring): TemplateGroup[] {
  const { service, sides } = topology;
  return service.functions.flatMap((handler) => {
    const name = wiring.names.get(handler)!;
    const trigger = triggerOf(service, handler);
    const made = sides.worker.includes(handler) && hasMadeQueue(service, handler);
    const scopeOf = (destination: Destination) =>
      new TriggerScope({
        ...destination,
        handler,
        name,
        serviceName: service.name,
        references: wiring.references,
      });
    if (trigger !== undefined && !isTrigger(trigger)) {
      const known = Object.keys(EMITTERS).join(', ');
      throw scopeOf(functionOf(name)).problem(`trigger ${JSON.stringify(trigger.type)} is none of ${known}`);
    }
    const onLambda = sides.lambda.includes(handler);
    const way = trigger === undefined || onLambda ? 'function' : ON_INSTANCES[trigger.type];
    const scope = scopeOf(destinationOf(way, name));
    if (way === 'never') throw scope.problem(`${trigger!.type} events cannot reach instances`);
    const triggered = trigger !== undefined && way !== 'polled' ? [emit(scope, trigger)] : [];
    const fedByHand = trigger === undefined;
    return [
      ...(way === 'forwarder' ? [forwarderGroup(topology, handler, name)] : []),
      ...triggered,
      ...(made
        ? [queueGroup({ handler, name, slug: topology.slug, senders: scope.senders, fedByHand })]
        : []),
    ];
  });
}

const functionOf = (name: string): Destination => ({ kind: 'function', target: `${name}Function` });

function destinationOf(way: string, name: string): Destination {
  if (way === 'queue') return { kind: 'queue', target: `${name}Queue` };
  return way === 'forwarder' ? { kind: 'function', target: forwarderOf(name) } : functionOf(name);
}

function triggerOf({ triggers = {} }: ServiceDescription, handler: string): EventTrigger | undefined {
  return Object.hasOwn(triggers, handler) ? triggers[handler] : undefined;
}
