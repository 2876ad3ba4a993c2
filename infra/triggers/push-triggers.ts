import type {
  CloudFormationTrigger,
  CloudWatchLogsTrigger,
  CognitoTrigger,
  SesTrigger,
  SnsTrigger,
} from '../../src/adapters/lambda/sources/events/shared/triggers.ts';
import { resource, sub } from '../intrinsics.ts';
import { defined, type Emit } from './trigger-scope.ts';

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: Fn::Sub's own markup
const LOG_GROUP = 'arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${LogGroup}:*';
const RECEIPT_RULE =
  'arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:receipt-rule-set/${RuleSet}:receipt-rule/${Rule}';
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: Fn::Sub's own markup

export const snsTrigger: Emit<SnsTrigger> = (scope, { topic, filter, filterScope }) => {
  const arn = scope.resolve('topic', topic);
  const permission = scope.logicalName('Permission');
  return {
    Resources: {
      [permission]: scope.permission('sns.amazonaws.com', { arn }),
      [scope.logicalName('Subscription')]: resource(
        'AWS::SNS::Subscription',
        defined({
          Protocol: 'lambda',
          TopicArn: arn,
          Endpoint: scope.functionArn,
          // The topic may be in another region than the stack.
          Region: typeof arn === 'string' ? arn.split(':')[3] : undefined,
          FilterPolicy: filter,
          FilterPolicyScope: filter && filterScope,
        }),
        { DependsOn: permission },
      ),
    },
  };
};

export const cloudWatchLogsTrigger: Emit<CloudWatchLogsTrigger> = (scope, { logGroup, filterPattern }) => {
  const group = scope.resolve('logGroup', logGroup);
  if (typeof group === 'object' && 'Ref' in group && group.Ref === `${scope.name}FunctionLogs`)
    throw scope.problem('logGroup: it would be triggered by its own log, in an endless loop');
  const permission = scope.logicalName('Permission');
  return {
    Resources: {
      // The star is part of the ARN of a log group and stands for its streams.
      [permission]: scope.permission('logs.amazonaws.com', {
        arn: sub(LOG_GROUP, { LogGroup: group }),
        sameAccount: true,
      }),
      [scope.logicalName('Subscription')]: resource(
        'AWS::Logs::SubscriptionFilter',
        { LogGroupName: group, FilterPattern: filterPattern, DestinationArn: scope.functionArn },
        { DependsOn: permission },
      ),
    },
  };
};

export const sesTrigger: Emit<SesTrigger> = (scope, trigger) => {
  const { ruleSet, ruleName = scope.handler, recipients, invocation } = trigger;
  const permission = scope.logicalName('Permission');
  if (ruleSet === undefined)
    return { Resources: { [permission]: scope.permission('ses.amazonaws.com', { sameAccount: true }) } };
  const set = scope.resolve('ruleSet', ruleSet);
  const arn = sub(RECEIPT_RULE, { RuleSet: set, Rule: ruleName });
  return {
    Resources: {
      [permission]: scope.permission('ses.amazonaws.com', { arn, sameAccount: true }),
      [scope.logicalName('Rule')]: resource(
        'AWS::SES::ReceiptRule',
        {
          RuleSetName: set,
          Rule: defined({
            Name: ruleName,
            Enabled: true,
            ScanEnabled: true,
            Recipients: recipients && [...recipients],
            Actions: [{ LambdaAction: { FunctionArn: scope.functionArn, InvocationType: invocation } }],
          }),
        },
        { DependsOn: permission },
      ),
    },
  };
};

export const cognitoTrigger: Emit<CognitoTrigger> = (scope, { userPool }) => ({
  Resources: {
    [scope.logicalName('Permission')]: scope.permission('cognito-idp.amazonaws.com', {
      arn: scope.resolve('userPool', userPool),
    }),
  },
});

/** CloudFormation calls a custom resource's function with the permissions of whoever changes the stack. */
export const cloudFormationTrigger: Emit<CloudFormationTrigger> = (scope) => ({
  Outputs: {
    [`${scope.name}ServiceToken`]: {
      Description: `ServiceToken of the custom resource ${scope.handler}`,
      Value: scope.functionArn,
    },
  },
});
