import type {
  CodeCommitTrigger,
  EventBridgeTrigger,
  ScheduleTrigger,
} from '../../src/adapters/lambda/sources/events/shared/triggers.ts';
import { type Argument, getAtt, resource } from '../intrinsics.ts';
import type { TemplateGroup } from '../topology/types.ts';
import type { Emit, TriggerScope } from './trigger-scope.ts';

export const eventBridgeTrigger: Emit<EventBridgeTrigger> = (site, { pattern, bus }) =>
  ruleGroup(site, '', { pattern, bus: bus === undefined ? undefined : site.locate('bus', bus) });

export const scheduleTrigger: Emit<ScheduleTrigger> = (site, { expression }) =>
  ruleGroup(site, '', { expression });

export const codeCommitTrigger: Emit<CodeCommitTrigger> = (site, { repository, branches }) => {
  const only = branches && { detail: { referenceType: ['branch'], referenceName: branches } };
  const pattern = {
    source: ['aws.codecommit'],
    'detail-type': ['CodeCommit Repository State Change'],
    resources: [site.locate('repository', repository)],
    ...only,
  };
  return ruleGroup(site, '', { pattern });
};

interface RuleParts {
  readonly pattern?: object;
  readonly expression?: string;
  readonly bus?: Argument;
}

/** An EventBridge rule with the function as its only target, and the leave to call it. `kind` tells rules apart. */
export function ruleGroup(
  site: TriggerScope,
  kind: string,
  { pattern, expression, bus }: RuleParts,
): TemplateGroup {
  const rule = site.logical(`${kind}Rule`);
  return {
    Resources: {
      [rule]: resource('AWS::Events::Rule', {
        Description: `Calls ${site.handler} of ${site.serviceName}`.slice(0, 512),
        State: 'ENABLED',
        ...(pattern === undefined ? {} : { EventPattern: pattern }),
        ...(expression === undefined ? {} : { ScheduleExpression: expression }),
        ...(bus === undefined ? {} : { EventBusName: bus }),
        Targets: [{ Id: 'Function', Arn: site.functionArn }],
      }),
      [site.logical(`${kind}Permission`)]: site.permission('events.amazonaws.com', {
        arn: getAtt(rule, 'Arn'),
      }),
    },
  };
}
