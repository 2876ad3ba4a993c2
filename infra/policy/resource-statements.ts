import type { Template } from '../topology/types.ts';
import { passRole } from './command-statements.ts';
import { RESOURCE_ACTIONS } from './resource-actions.ts';
import type { TypeActions } from './type-actions.ts';
import type { PolicyScope, Statement } from './types.ts';

/** A hyphen and twelve or thirteen letters behind the logical name. */
const SUFFIX = 14;

/** Services that the roles of a template are for, by what takes a role. */
const PASSED_TO: Readonly<Record<string, string>> = {
  'AWS::Lambda::Function': 'lambda.amazonaws.com',
  'AWS::AutoScaling::AutoScalingGroup': 'ec2.amazonaws.com',
};

/** What making, changing and deleting the resources of a template needs. */
export function resourceStatements(template: Template, scope: PolicyScope): Statement[] {
  const types = new Map<string, [name: string, properties: Readonly<Record<string, unknown>>][]>();
  for (const [name, { Type, Properties }] of Object.entries(template.Resources)) {
    types.set(Type, [...(types.get(Type) ?? []), [name, { ...Properties }]]);
  }
  const statements = [...types].flatMap(([type, resources]) => {
    const known = RESOURCE_ACTIONS[type];
    return known === undefined ? [] : typeStatements(known, resources, scope);
  });
  return [
    ...merged(statements),
    ...roleStatements(template, types, scope),
    ...serviceLinkedRoles(types, scope),
    ...lookups(template, scope),
  ];
}

/** Types of a template of which this module does not know what they need. */
export function unknownTypes(template: Template): string[] {
  const types = Object.values(template.Resources).map(({ Type }) => Type);
  return [...new Set(types)].filter((type) => RESOURCE_ACTIONS[type] === undefined).sort();
}

function typeStatements(
  { service, actions, arn, named, free = [], longest = Number.POSITIVE_INFINITY }: TypeActions,
  resources: readonly (readonly [name: string, properties: Readonly<Record<string, unknown>>])[],
  { stack, arn: whole }: PolicyScope,
): Statement[] {
  const names = resources.map(([name, properties]) => {
    const given = named === undefined ? undefined : properties[named];
    if (typeof given === 'string') return given;
    const fits = given === undefined && stack.length + 1 + name.length + SUFFIX <= longest;
    return fits && longest !== Number.POSITIVE_INFINITY ? `${stack}-*` : '*';
  });
  const all = [...new Set(names)];
  const allowed = all.includes('*') ? ['*'] : all;
  const Resource = arn === undefined ? ['*'] : allowed.map((name) => whole(arn.replace('NAME', name)));
  const prefixed = actions.map((action) => `${service}:${action}`);
  const inVpc = resources.some(([, { VpcConfig }]) => VpcConfig !== undefined);
  const anywhere = [...free, ...(inVpc ? IN_VPC : [])];
  return [
    { Effect: 'Allow', Action: prefixed, Resource },
    { Effect: 'Allow', Action: anywhere, Resource: ['*'] },
  ];
}

/** Lambda looks at the network of a function in the name of who gives it one. */
const IN_VPC = ['ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeVpcs'];

/** One statement for each set of resources. */
function merged(statements: readonly Statement[]): Statement[] {
  const actions = new Map<string, Set<string>>();
  for (const { Action, Resource } of statements) {
    const key = JSON.stringify(Resource);
    actions.set(key, new Set([...(actions.get(key) ?? []), ...Action]));
  }
  return [...actions].flatMap(([key, set], at) =>
    set.size === 0
      ? []
      : [{ Sid: `Resources${at + 1}`, Effect: 'Allow', Action: [...set].sort(), Resource: JSON.parse(key) }],
  );
}

type Types = ReadonlyMap<string, readonly (readonly [string, unknown])[]>;

/** Roles are handed to the services that run by them, and carry their boundary. */
function roleStatements(template: Template, types: Types, { stack, arn }: PolicyScope): Statement[] {
  const roles = types.get('AWS::IAM::Role') ?? [];
  if (roles.length === 0) return [];
  const longest = Math.max(...roles.map(([name]) => name.length));
  const name = stack.length + 1 + longest + SUFFIX <= 64 ? `${stack}-*` : '*';
  const services = Object.keys(PASSED_TO).filter((type) => types.has(type));
  const boundary = boundaryOf(template);
  return [
    passRole(
      'PassRoles',
      [arn(`iam::*:role/${name}`)],
      services.map((type) => PASSED_TO[type]!),
    ),
    ...(boundary === undefined
      ? []
      : [
          {
            ...{ Sid: 'Boundary', Effect: 'Allow' as const, Action: ['iam:PutRolePermissionsBoundary'] },
            Resource: [arn(`iam::*:role/${name}`)],
            Condition: { StringEquals: { 'iam:PermissionsBoundary': boundary } },
          },
          {
            ...{ Sid: 'OnlyBounded', Effect: 'Deny' as const, Action: ['iam:CreateRole'] },
            Resource: [arn(`iam::*:role/${name}`)],
            Condition: { StringNotEquals: { 'iam:PermissionsBoundary': boundary } },
          },
        ]),
  ];
}

function boundaryOf({ Resources }: Template): string | undefined {
  const found = Object.values(Resources).find(({ Type }) => Type === 'AWS::IAM::Role');
  const boundary = (found?.Properties as { PermissionsBoundary?: unknown } | undefined)?.PermissionsBoundary;
  return typeof boundary === 'string' ? boundary : undefined;
}

/** Services that make a role of their own in an account at first use. */
const LINKED: Readonly<Record<string, string>> = {
  'AWS::AutoScaling::AutoScalingGroup': 'autoscaling.amazonaws.com',
  'AWS::ElasticLoadBalancingV2::LoadBalancer': 'elasticloadbalancing.amazonaws.com',
  'AWS::ApiGatewayV2::DomainName': 'ops.apigateway.amazonaws.com',
};

function serviceLinkedRoles(types: Types, { arn }: PolicyScope): Statement[] {
  const services = Object.keys(LINKED)
    .filter((type) => types.has(type))
    .map((type) => LINKED[type]!);
  if (services.length === 0) return [];
  return [
    {
      ...{ Sid: 'ServiceLinkedRoles', Effect: 'Allow', Action: ['iam:CreateServiceLinkedRole'] },
      Resource: services.map((service) => arn(`iam::*:role/aws-service-role/${service}/*`)),
      Condition: { StringEquals: { 'iam:AWSServiceName': services } },
    },
  ];
}

/** Parameters that CloudFormation looks up, such as the image. */
function lookups({ Parameters }: Template, { arn }: PolicyScope): Statement[] {
  const paths = Object.values(Parameters).flatMap(({ Type, Default }) =>
    Type.startsWith('AWS::SSM::Parameter::Value<') && typeof Default === 'string' ? [Default] : [],
  );
  const resources = paths.map((path) => arn(`ssm:REGION:*:parameter/${path.replace(/^\//, '')}`));
  return resources.length === 0
    ? []
    : [{ Sid: 'Images', Effect: 'Allow', Action: ['ssm:GetParameters'], Resource: resources }];
}
