import type {
  CodeCommitTrigger,
  EventBridgeTrigger,
  ScheduleTrigger,
} from '../../src/adapters/lambda/sources/events/shared/triggers.ts';
import { type Argument, getAtt, resource } from '../intrinsics.ts';
import type { TemplateGroup } from '../topology/types.ts';
import type { Emit, TriggerScope } from './trigger-scope.ts';

export const eventBridgeTrigger: Emit<EventBridgeTrigger> = (scope, { pattern, bus }) =>
  ruleGroup(scope, '', { pattern, bus: bus === undefined ? undefined : scope.resolve('bus', bus) });

export const scheduleTrigger: Emit<ScheduleTrigger> = (scope, { expression, input }) =>
  ruleGroup(scope, '', { expression, input });

export const codeCommitTrigger: Emit<CodeCommitTrigger> = (scope, { repository, branches }) => {
  const only = branches && { detail: { referenceType: ['branch'], referenceName: branches } };
  const pattern = {
    source: ['aws.codecommit'],
    'detail-type': ['CodeCommit Repository State Change'],
    resources: [scope.resolve('repository', repository)],
    ...only,
  };
  return ruleGroup(scope, '', { pattern });
};

interface RuleParts {
  readonly pattern?: object;
  readonly expression?: string;
  readonly bus?: Argument;
  readonly input?: unknown;
}

/** An EventBridge rule with the function or queue as its only target, and its leave. `kind` distinguishes several rules of one trigger. */
export function ruleGroup(
  scope: TriggerScope,
  kind: string,
  { pattern, expression, bus, input }: RuleParts,
): TemplateGroup {
  const rule = scope.logicalName(`${kind}Rule`);
  return {
    Resources: {
      [rule]: resource('AWS::Events::Rule', {
        Description: `Calls ${scope.handler} of ${scope.serviceName}`.slice(0, 512),
        State: 'ENABLED',
        ...(pattern === undefined ? {} : { EventPattern: pattern }),
        ...(expression === undefined ? {} : { ScheduleExpression: expression }),
        ...(bus === undefined ? {} : { EventBusName: bus }),
        Targets: [
          {
            Id: scope.kind === 'queue' ? 'Queue' : 'Function',
            Arn: scope.targetArn,
            ...(input === undefined ? {} : { Input: JSON.stringify(input) }),
          },
        ],
      }),
      ...scope.admit('events.amazonaws.com', { arn: getAtt(rule, 'Arn') }, kind).Resources,
    },
  };
}
