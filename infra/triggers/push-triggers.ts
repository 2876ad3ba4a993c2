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
  const { dependsOn, Resources } = scope.admit('sns.amazonaws.com', { arn });
  return {
    Resources: {
      ...Resources,
      [scope.logicalName('Subscription')]: resource(
        'AWS::SNS::Subscription',
        defined({
          // Raw delivery stays off: it would leave out the attributes' types, subject and time.
          Protocol: scope.kind === 'queue' ? 'sqs' : 'lambda',
          TopicArn: arn,
          Endpoint: scope.targetArn,
          // The topic may be in another region than the stack.
          Region: typeof arn === 'string' ? arn.split(':')[3] : undefined,
          FilterPolicy: filter,
          FilterPolicyScope: filter && filterScope,
        }),
        { DependsOn: dependsOn },
      ),
    },
  };
};

export const cloudWatchLogsTrigger: Emit<CloudWatchLogsTrigger> = (scope, { logGroup, filterPattern }) => {
  const group = scope.resolve('logGroup', logGroup);
  if (typeof group === 'object' && 'Ref' in group && group.Ref === `${scope.target}Logs`)
    throw scope.problem('logGroup: it would be triggered by its own log, in an endless loop');
  const { dependsOn, Resources } = scope.admit('logs.amazonaws.com', {
    // The star is part of the ARN of a log group and stands for its streams.
    arn: sub(LOG_GROUP, { LogGroup: group }),
    sameAccount: true,
  });
  return {
    Resources: {
      ...Resources,
      [scope.logicalName('Subscription')]: resource(
        'AWS::Logs::SubscriptionFilter',
        { LogGroupName: group, FilterPattern: filterPattern, DestinationArn: scope.targetArn },
        { DependsOn: dependsOn },
      ),
    },
  };
};

export const sesTrigger: Emit<SesTrigger> = (scope, trigger) => {
  const { ruleSet, ruleName = scope.handler, recipients, invocation } = trigger;
  if (ruleSet === undefined)
    return { Resources: scope.admit('ses.amazonaws.com', { sameAccount: true }).Resources };
  const set = scope.resolve('ruleSet', ruleSet);
  const arn = sub(RECEIPT_RULE, { RuleSet: set, Rule: ruleName });
  const { dependsOn, Resources } = scope.admit('ses.amazonaws.com', { arn, sameAccount: true });
  return {
    Resources: {
      ...Resources,
      [scope.logicalName('Rule')]: resource(
        'AWS::SES::ReceiptRule',
        {
          RuleSetName: set,
          Rule: defined({
            Name: ruleName,
            Enabled: true,
            ScanEnabled: true,
            Recipients: recipients && [...recipients],
            Actions: [{ LambdaAction: { FunctionArn: scope.targetArn, InvocationType: invocation } }],
          }),
        },
        { DependsOn: dependsOn },
      ),
    },
  };
};

export const cognitoTrigger: Emit<CognitoTrigger> = (scope, { userPool }) => ({
  Resources: scope.admit('cognito-idp.amazonaws.com', { arn: scope.resolve('userPool', userPool) }).Resources,
});

/** CloudFormation calls a custom resource's function with the permissions of whoever changes the stack. */
export const cloudFormationTrigger: Emit<CloudFormationTrigger> = (scope) => ({
  Outputs: {
    [`${scope.name}ServiceToken`]: {
      Description: `ServiceToken of the custom resource ${scope.handler}`,
      Value: scope.targetArn,
    },
  },
});
