import { CLOUDFORMATION } from '../../src/aws/quotas.ts';
import type { Argument } from '../intrinsics.ts';
import { ProvisionError } from '../topology/errors.ts';
import { hasInstances } from '../topology/sides.ts';
import type { Sides, Template, TemplateGroup, Topology } from '../topology/types.ts';
import { triggerGroups } from '../triggers/index.ts';
import type { Wiring } from '../wiring/index.ts';
import { alarmsGroup } from './alarms.ts';
import { throughAliases } from './aliases.ts';
import { dashboardGroup } from './dashboard.ts';
import { dnsGroup } from './dns.ts';
import { endpointGroups } from './endpoints.ts';
import { failoverGroup } from './failover.ts';
import { functionGroups } from './functions.ts';
import { instanceGroup } from './instances.ts';
import { loadBalancerGroup } from './load-balancer.ts';
import { networkGroups } from './network.ts';

/** The most entries of each section. */
const LIMITS = {
  Parameters: CLOUDFORMATION.parameters,
  Conditions: Number.POSITIVE_INFINITY,
  Resources: CLOUDFORMATION.resources,
  Outputs: CLOUDFORMATION.outputs,
} as const;

type Section = keyof typeof LIMITS;

/** The template of the mixed topology: Lambda functions, a group of EC2 instances, or both. */
export function topologyTemplate(
  topology: Topology,
  wiring: Wiring,
  userData: Argument | undefined,
): Template {
  const { service, sides } = topology;
  const functions = functionGroups(topology, wiring);
  const triggers = triggerGroups(topology, wiring);
  const groups = [
    ...networkGroups(topology),
    ...functions,
    // All references are resolved by now.
    { Parameters: wiring.references.parameters },
    ...triggers,
    ...(userData === undefined ? [] : [instanceGroup(topology, wiring, userData)]),
    loadBalancerGroup(topology),
    ...endpointGroups(topology),
    failoverGroup(topology),
    dnsGroup(topology),
    alarmsGroup(topology, wiring),
    dashboardGroup(topology, wiring),
  ];
  const description = `${service.name} ${service.version}: ${contentOf(sides)} of one executable`;
  return mergeGroups(description, throughAliases(topology, wiring, groups));
}

function contentOf(sides: Sides): string {
  if (!hasInstances(sides)) return 'Lambda functions';
  return sides.lambda.length === 0 ? 'EC2 instances' : 'Lambda functions and EC2 instances';
}

/**
 * Merges groups in order into one template.
 *
 * @throws ProvisionError for a limit that is passed; Error naming a logical name that comes twice or is not alphanumeric
 * @example
 * ```ts
 * import { mergeGroups, ref, resource } from 'amphi/infra';
 *
 * const topic = { Resources: { Orders: resource('AWS::SNS::Topic', { DisplayName: 'Orders' }) } };
 * const output = { Outputs: { Topic: { Description: 'Orders', Value: ref('Orders') } } };
 * const template = mergeGroups('Orders', [topic, output]);
 * console.log(JSON.stringify(template.Outputs)); // {"Topic":{"Description":"Orders","Value":{"Ref":"Orders"}}}
 * ```
 */
export function mergeGroups(description: string, groups: readonly TemplateGroup[]): Template {
  // Parameters and resources share one name space: Ref reaches both.
  const taken = new Map<string, string>();
  const merge = <S extends Section>(section: S) => {
    const merged: Record<string, unknown> = {};
    for (const [name, value] of groups.flatMap((group) => Object.entries(group[section] ?? {}))) {
      claim(taken, section, name);
      merged[name] = value;
    }
    const count = Object.keys(merged).length;
    if (count > LIMITS[section]) {
      throw new ProvisionError(
        `the template has ${count} ${section}; CloudFormation allows ${LIMITS[section]}`,
      );
    }
    return merged as Template[S];
  };
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: description.slice(0, CLOUDFORMATION.descriptionLength),
    Parameters: merge('Parameters'),
    Conditions: merge('Conditions'),
    Resources: merge('Resources'),
    Outputs: merge('Outputs'),
  };
}

function claim(taken: Map<string, string>, section: Section, name: string): void {
  if (!/^[A-Za-z0-9]{1,255}$/.test(name)) {
    throw new Error(`${section}: ${JSON.stringify(name)} is not an alphanumeric logical name`);
  }
  const space = section === 'Parameters' || section === 'Resources' ? 'Ref' : section;
  const owner = taken.get(`${space} ${name}`);
  if (owner !== undefined) throw new Error(`logical name ${name} comes twice (${owner} and ${section})`);
  taken.set(`${space} ${name}`, section);
}
