/** What the two sides are told of each other, and what each may do: the one place where both are decided. */
import { type Argument, getAtt, ref } from '../intrinsics.ts';
import type { Grant } from '../template/policies.ts';
import { functionNames } from '../topology/names.ts';
import type { Topology } from '../topology/types.ts';
import { type Grants, mergedGrants, permissionGrants } from './grants.ts';
import { jsonParts } from './json-parts.ts';
import { checkPolicySize } from './policy-size.ts';
import { ownQueue, queueArn } from './queues.ts';
import { functionOwner, References } from './references.ts';
import { secretGrants } from './secrets.ts';
import {
  type Caller,
  instanceCallers,
  invokedBy,
  lambdaCallers,
  targetArns,
  targetGrants,
} from './targets.ts';

/** Environment variables by name, each as literal pieces and expressions. */
export type Variables = Readonly<Record<string, readonly Argument[]>>;

/** A role and an environment. */
export interface Wired {
  readonly grants: Grants;
  readonly variables: Variables;
}

export interface Wiring {
  readonly references: References;
  /** Logical prefixes by handler. */
  readonly names: ReadonlyMap<string, string>;
  /** ARNs of the queues that the worker polls, by handler. */
  readonly queues: ReadonlyMap<string, Argument>;
  /** Of each Lambda function by its handler. */
  readonly functions: ReadonlyMap<string, Wired>;
  readonly instances: Wired;
  /** What only the worker has to know. */
  readonly worker: Variables;
}

/** @throws ProvisionError naming a handler whose references cannot be resolved, or a role that would be too large */
export function wiringOf(topology: Topology): Wiring {
  const { service, sides } = topology;
  const names = functionNames(service);
  const references = new References();
  const queues = new Map(
    sides.worker.map((handler) => [handler, queueArn(service, handler, names.get(handler)!, references)]),
  );
  const wired = (callers: readonly Caller[], self?: string): Wired => {
    const invoked = invokedBy(callers);
    const targets = targetArns(
      invoked.filter((handler) => handler !== self),
      names,
      sides,
      queues,
    );
    const given = callers.map(({ owner, permissions }) => permissionGrants(owner, permissions, references));
    return {
      grants: {
        inline: mergedGrants([
          ...given.flatMap(({ inline }) => inline),
          ...targetGrants(targets, sides),
          ...secretGrants(topology.secrets ?? {}),
        ]),
        late: mergedGrants([
          ...given.flatMap(({ late }) => late),
          ...(self !== undefined && invoked.includes(self) ? [selfGrant(names.get(self)!)] : []),
        ]),
      },
      variables: variablesOf(topology, targets, self === undefined),
    };
  };
  const functions = new Map(
    sides.lambda.map((handler) => [handler, wired(lambdaCallers(service, handler), handler)]),
  );
  const instances = withPolling(topology, wired(instanceCallers(service, sides)), queues, references);
  for (const [handler, { grants }] of functions) checkPolicySize(functionOwner(handler).label, grants);
  checkPolicySize('the instances', instances.grants);
  return {
    references,
    names,
    queues,
    functions,
    instances,
    worker: { AMPHI_QUEUES: jsonParts(Object.fromEntries(queues)) },
  };
}

/** Inside the function's own role the function's ARN would be a circle. */
const selfGrant = (name: string): Grant => ({
  actions: ['lambda:InvokeFunction'],
  resources: [getAtt(`${name}Function`, 'Arn')],
});

/** On instances the targets are there in any case: so a call of what is none of them fails as in Lambda. */
function variablesOf(
  { secrets = {} }: Topology,
  targets: Readonly<Record<string, Argument>>,
  onInstances: boolean,
): Variables {
  const hasTargets = onInstances || Object.keys(targets).length > 0;
  return {
    ...(onInstances ? { AWS_REGION: [ref('AWS::Region')] } : {}),
    ...(hasTargets ? { AMPHI_TARGETS: jsonParts(targets) } : {}),
    ...(Object.keys(secrets).length > 0 ? { AMPHI_SECRETS: jsonParts(secrets) } : {}),
  };
}

const POLLING = [
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:ChangeMessageVisibility',
  'sqs:GetQueueAttributes',
];

function withPolling(
  { service }: Topology,
  { grants, variables }: Wired,
  queues: ReadonlyMap<string, Argument>,
  references: References,
): Wired {
  if (queues.size === 0) return { grants, variables };
  const keys = [...queues.keys()].flatMap((handler) => {
    const key = ownQueue(service, handler)?.kmsKey;
    return key === undefined ? [] : [references.resolve(functionOwner(handler), 'kmsKey', key)];
  });
  const inline = mergedGrants([
    { actions: POLLING, resources: [...queues.values()] },
    ...(keys.length > 0 ? [{ actions: ['kms:Decrypt'], resources: keys }] : []),
    ...grants.inline,
  ]);
  return { grants: { inline, late: grants.late }, variables };
}
