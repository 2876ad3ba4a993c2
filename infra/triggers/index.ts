import type { TriggerData } from '../../src/adapters/lambda/sources/events/shared/triggers.ts';
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

type Emitters = {
  readonly [Type in TriggerData['type']]: Emit<Extract<TriggerData, { readonly type: Type }>>;
};

const EMITTERS: Emitters = {
  s3: s3Trigger,
  sns: snsTrigger,
  sqs: sqsTrigger,
  kinesis: streamTrigger as Emitters['kinesis'],
  dynamodb: streamTrigger as Emitters['dynamodb'],
  eventbridge: eventBridgeTrigger,
  schedule: scheduleTrigger,
  codecommit: codeCommitTrigger,
  'cloudwatch-logs': cloudWatchLogsTrigger,
  ses: sesTrigger,
  cognito: cognitoTrigger,
  cloudformation: cloudFormationTrigger,
};

/**
 * Resources of the functions' triggers with their permissions; stack parameters that locations name come once.
 * Logical names derive from the function's: `OnUploadTriggerRule`.
 *
 * @throws ProvisionError naming the function, for a trigger that cannot be made
 */
export function triggerGroups(service: ServiceDescription): TemplateGroup[] {
  const parameters = new Map<string, TemplateParameter>();
  const groups: TemplateGroup[] = [];
  for (const [handler, name] of functionNames(service)) {
    if (!Object.hasOwn(service.triggers ?? {}, handler)) continue;
    const trigger = service.triggers![handler]!;
    const site = new TriggerScope(handler, name, service.name, parameters);
    const { type } = trigger;
    if (typeof type !== 'string' || !Object.hasOwn(EMITTERS, type))
      throw site.problem(`trigger ${JSON.stringify(type)} is none of ${Object.keys(EMITTERS).join(', ')}`);
    groups.push((EMITTERS[type as TriggerData['type']] as Emit<unknown>)(site, trigger));
  }
  return [{ Parameters: Object.fromEntries(parameters) }, ...groups];
}
