import { ROLE_POLICIES } from '../../src/aws/quotas.ts';
import { DEFAULT_HEALTH_PORT } from '../../src/server/defaults.ts';
import { placementProblems } from '../wiring/problems.ts';
import { withDefaults } from './defaults.ts';
import { OptionsError } from './errors.ts';
import { functionSettingsProblems } from './function-settings.ts';
import { slugOf } from './names.ts';
import { TOPOLOGY_OPTIONS } from './options/index.ts';
import { isGiven, tableProblems, type Unchecked } from './problems.ts';
import { clashProblems } from './secrets.ts';
import { entryProblems, sideNeedProblems, unusedProblems } from './side-problems.ts';
import { sidesOf } from './sides.ts';
import type { Sides, Topology, TopologyOptions } from './types.ts';

/**
 * Every problem with the flags of `app provision`, each as one line that names the flag; none is `[]`.
 * Pure: looks at nothing but its argument.
 * @example
 * ```ts
 * import { provisionProblems } from 'amphi/infra';
 *
 * const problems = provisionProblems({ s3Bucket: 'my-artifacts', s3Key: 'app.zip', port: 0 });
 * console.log(problems.length, problems[0]?.startsWith('--port')); // 1 true
 * ```
 */
export function provisionProblems(flags: Unchecked): string[] {
  return flagProblems(flags, { server: true });
}

function flagProblems(flags: Unchecked, sides: Pick<Sides, 'server'>): string[] {
  return [
    ...tableProblems(TOPOLOGY_OPTIONS, flags),
    ...sideNeedProblems(flags, sides),
    ...weightProblems(flags),
    ...secretClashes(flags),
    ...sizeProblems(flags, sides),
  ];
}

function secretClashes({ environment, secrets }: Unchecked): string[] {
  const pairs = (value: unknown) =>
    typeof value === 'object' && value !== null ? (value as Record<string, string>) : {};
  return clashProblems(pairs(environment), pairs(secrets));
}

function portProblems({ port }: TopologyOptions, { server, worker }: Sides): string[] {
  return server && worker.length > 0 && port === DEFAULT_HEALTH_PORT
    ? [`--port ${port} is where the worker tells that it is ready`]
    : [];
}

/** What the sizes of the group have to be together. */
function sizeProblems(
  { minSize, maxSize, ssm, instancePolicies }: Unchecked,
  { server }: Pick<Sides, 'server'>,
): string[] {
  const problems: string[] = [];
  if (minSize === 0 && server) problems.push('--minSize 0 would leave the HTTP server without an instance');
  const [least, most] = [minSize ?? 1, maxSize ?? 2];
  if (typeof least === 'number' && typeof most === 'number') {
    if (least > most) problems.push(`--minSize ${least} is above the --maxSize of ${most}`);
    if (least > 0 && most < 2)
      problems.push('--maxSize 1 leaves a rolling update no room: it keeps one in service');
  }
  const managed = (ssm === true ? 1 : 0) + (Array.isArray(instancePolicies) ? instancePolicies.length : 0);
  if (managed > ROLE_POLICIES)
    problems.push(
      `--instancePolicies: a role takes ${ROLE_POLICIES} managed policies, and there are ${managed}`,
    );
  return problems;
}

/** What the two weights have to be together. */
function weightProblems(flags: Unchecked): string[] {
  if (!isGiven(flags, 'alb')) return [];
  const { ec2Weight, lambdaWeight }: Unchecked = withDefaults(TOPOLOGY_OPTIONS, flags);
  if (ec2Weight !== 0) return [];
  if (lambdaWeight === 0) {
    return ['--ec2Weight and --lambdaWeight are both 0: nothing would take the traffic'];
  }
  return isGiven(flags, 'failover')
    ? ['--failover needs an --ec2Weight above 0: it leads away from the instances']
    : [];
}

function serviceProblems(options: TopologyOptions): string[] {
  const { service } = options;
  const problems: string[] = [];
  if (slugOf(service.name) === '') {
    problems.push(`service name ${JSON.stringify(service.name)} has no ASCII letter or digit`);
  }
  if (!service.hasRoutes && service.functions.length === 0) {
    problems.push('the service has neither routes nor functions');
  }
  for (const name of service.functions) {
    if (!/^\S{1,128}$/.test(name))
      problems.push(`function ${JSON.stringify(name)} is no Handler for AWS Lambda`);
  }
  return problems;
}

/** Options with defaults and derived names. @throws ProvisionError with every problem found */
export function checkedTopology(options: TopologyOptions): Topology {
  const { service } = options;
  const sides = sidesOf(service);
  const problems = [
    ...flagProblems({ ...options }, sides),
    ...serviceProblems(options),
    ...unusedProblems({ ...options }, service, sides),
    ...entryProblems({ ...options }, service),
    ...portProblems(options, sides),
    ...placementProblems(service, sides),
    ...functionSettingsProblems(options.functions, service, sides),
  ];
  if (problems.length > 0) throw new OptionsError(...problems);
  const slug = slugOf(options.service.name);
  return {
    ...withDefaults(TOPOLOGY_OPTIONS, options),
    slug,
    // The prefix keeps a service called `root` or `www-data` apart from the system's accounts.
    account: `svc-${slug}`,
    sides,
  };
}
