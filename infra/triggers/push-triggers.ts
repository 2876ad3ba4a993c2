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

export const snsTrigger: Emit<SnsTrigger> = (site, { topic, filter, filterScope }) => {
  const arn = site.locate('topic', topic);
  const permission = site.logical('Permission');
  return {
    Resources: {
      [permission]: site.permission('sns.amazonaws.com', { arn }),
      [site.logical('Subscription')]: resource(
        'AWS::SNS::Subscription',
        defined({
          Protocol: 'lambda',
          TopicArn: arn,
          Endpoint: site.functionArn,
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

export const cloudWatchLogsTrigger: Emit<CloudWatchLogsTrigger> = (site, { logGroup, filterPattern }) => {
  const group = site.locate('logGroup', logGroup);
  if (typeof group === 'object' && 'Ref' in group && group.Ref === `${site.name}FunctionLogs`)
    throw site.problem('logGroup: its own log would call it without end');
  const permission = site.logical('Permission');
  return {
    Resources: {
      // The star is part of the ARN of a log group and stands for its streams.
      [permission]: site.permission('logs.amazonaws.com', {
        arn: sub(LOG_GROUP, { LogGroup: group }),
        sameAccount: true,
      }),
      [site.logical('Subscription')]: resource(
        'AWS::Logs::SubscriptionFilter',
        { LogGroupName: group, FilterPattern: filterPattern, DestinationArn: site.functionArn },
        { DependsOn: permission },
      ),
    },
  };
};

export const sesTrigger: Emit<SesTrigger> = (site, trigger) => {
  const { ruleSet, ruleName = site.handler, recipients, invocation } = trigger;
  const permission = site.logical('Permission');
  if (ruleSet === undefined)
    return { Resources: { [permission]: site.permission('ses.amazonaws.com', { sameAccount: true }) } };
  const set = site.locate('ruleSet', ruleSet);
  const arn = sub(RECEIPT_RULE, { RuleSet: set, Rule: ruleName });
  return {
    Resources: {
      [permission]: site.permission('ses.amazonaws.com', { arn, sameAccount: true }),
      [site.logical('Rule')]: resource(
        'AWS::SES::ReceiptRule',
        {
          RuleSetName: set,
          Rule: defined({
            Name: ruleName,
            Enabled: true,
            ScanEnabled: true,
            Recipients: recipients && [...recipients],
            Actions: [{ LambdaAction: { FunctionArn: site.functionArn, InvocationType: invocation } }],
          }),
        },
        { DependsOn: permission },
      ),
    },
  };
};

export const cognitoTrigger: Emit<CognitoTrigger> = (site, { userPool }) => ({
  Resources: {
    [site.logical('Permission')]: site.permission('cognito-idp.amazonaws.com', {
      arn: site.locate('userPool', userPool),
    }),
  },
});

/** CloudFormation calls a custom resource's function in the name of whoever changes the stack. */
export const cloudFormationTrigger: Emit<CloudFormationTrigger> = (site) => ({
  Outputs: {
    [`${site.name}ServiceToken`]: {
      Description: `ServiceToken of the custom resource ${site.handler}`,
      Value: site.functionArn,
    },
  },
});
