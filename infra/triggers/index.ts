import type { Trigger, TriggerType } from '../../src/adapters/lambda/sources/events/shared/triggers.ts';
import type { EventTrigger } from '../../src/core/index.ts';
import { functionNames } from '../topology/names.ts';
import type { ServiceDescription, TemplateGroup, TemplateParameter } from '../topology/types.ts';
import { sqsTrigger, streamTrigger } from './event-source-mappings.ts';
import {
  cloudFormationTrigger,
  cloudWatchLogsTrigger,
  cognitoTrigger,
  sesTrigger,
  snsTrigger,
} from './push-triggers.ts';
import { codeCommitTrigger, eventBridgeTrigger, scheduleTrigger } from './rules.ts';
import { s3Trigger } from './s3.ts';
import { type Emit, TriggerScope } from './trigger-scope.ts';

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

/** The registry holds sources of any kind: a trigger is one of ours when there is an emitter for its type. */
function isTrigger(trigger: EventTrigger): trigger is Trigger {
  return typeof trigger.type === 'string' && Object.hasOwn(EMITTERS, trigger.type);
}

function emit<Type extends TriggerType>(scope: TriggerScope, trigger: Trigger<Type>): TemplateGroup {
  return EMITTERS[trigger.type](scope, trigger);
}

/**
 * Resources of the functions' triggers with their permissions; stack parameters that locations name come once.
 * Logical names derive from the function's: `OnUploadTriggerRule`.
 *
 * @throws ProvisionError naming the function, for a trigger that cannot be emitted
 */
export function triggerGroups(service: ServiceDescription): TemplateGroup[] {
  const parameters = new Map<string, TemplateParameter>();
  const groups: TemplateGroup[] = [];
  for (const [handler, name] of functionNames(service)) {
    if (!Object.hasOwn(service.triggers ?? {}, handler)) continue;
    const trigger = service.triggers![handler]!;
    const scope = new TriggerScope(handler, name, service.name, parameters);
    if (!isTrigger(trigger)) {
      const known = Object.keys(EMITTERS).join(', ');
      throw scope.problem(`trigger ${JSON.stringify(trigger.type)} is none of ${known}`);
    }
    groups.push(emit(scope, trigger));
  }
  return [{ Parameters: Object.fromEntries(parameters) }, ...groups];
}
