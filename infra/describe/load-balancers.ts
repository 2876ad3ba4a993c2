import { ALB_SECURITY_GROUP } from '../template/network.ts';
import type { Template } from '../topology/types.ts';
import { type Box, type Edge, INSTANCES } from './picture.ts';
import { rangeText, resourcesOf, target, valueText } from './template-reader.ts';

type EdgeAbout = Pick<Edge, 'label' | 'idle'>;

interface TargetGroup {
  readonly TargetGroupArn?: unknown;
  readonly Weight?: unknown;
}

interface Action {
  readonly TargetGroupArn?: unknown;
  readonly ForwardConfig?: { readonly TargetGroups?: readonly TargetGroup[] };
}

interface Condition {
  readonly PathPatternConfig?: { readonly Values: readonly string[] };
  readonly HttpRequestMethodConfig?: { readonly Values: readonly string[] };
}

/** The most rules of a box. */
const MAX_RULES = 20;

/**
 * Load balancers, with the rules of routes that have a side of their own.
 * @param toFunction edge to the Lambda function that a value names
 */
export function loadBalancers(
  template: Template,
  toFunction: (from: string, value: unknown, about: EdgeAbout) => Edge[],
): { boxes: Box[]; edges: Edge[] } {
  const listeners = resourcesOf(template, 'AWS::ElasticLoadBalancingV2::Listener');
  const groups = resourcesOf(template, 'AWS::ElasticLoadBalancingV2::TargetGroup');
  const boxes = resourcesOf(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer').map(
    ([id, { Scheme }]) => ({
      id,
      title: 'Load balancer',
      lines: [
        String(Scheme),
        ...rangesOf(template).map((range) => `from ${range}`),
        ...listeners.map(([, { Protocol, Port }]) => `${Protocol} ${valueText(template, Port)}`),
        ...ruleLines(template),
      ],
    }),
  );
  const edges = boxes.flatMap(({ id }) =>
    groups.flatMap(([group, { TargetType, Targets }]): Edge[] => {
      const about = edgeAbout(template, group);
      if (TargetType !== 'lambda') return [{ from: id, to: INSTANCES, ...about }];
      const [first] = (Targets ?? []) as { Id?: unknown }[];
      return toFunction(id, first?.Id, about);
    }),
  );
  return { boxes, edges };
}

const actionsOf = (template: Template): Action[] =>
  ['Listener', 'ListenerRule'].flatMap((type) =>
    resourcesOf(template, `AWS::ElasticLoadBalancingV2::${type}`).flatMap(
      ([, { DefaultActions, Actions }]) => (DefaultActions ?? Actions ?? []) as Action[],
    ),
  );

/** Who may reach the load balancer. */
function rangesOf(template: Template): string[] {
  const rules = resourcesOf(template, 'AWS::EC2::SecurityGroupIngress');
  const own = rules.filter(
    ([, { CidrIp, GroupId }]) => CidrIp !== undefined && target(GroupId) === ALB_SECURITY_GROUP,
  );
  return [...new Set(own.map(([, { CidrIp }]) => rangeText(template, CidrIp)))];
}

/** The weight of a target group, and how many rules lead to it alone. */
function edgeAbout(template: Template, group: string): EdgeAbout {
  const actions = actionsOf(template);
  const weight = actions
    .flatMap(({ ForwardConfig }) => ForwardConfig?.TargetGroups ?? [])
    .find(({ TargetGroupArn }) => target(TargetGroupArn) === group)?.Weight;
  const rules = actions.filter(({ TargetGroupArn }) => target(TargetGroupArn) === group).length;
  const parts = [
    ...(weight === undefined ? [] : [`weight ${valueText(template, weight)}`]),
    ...(rules === 0 ? [] : [`${rules} ${rules === 1 ? 'rule' : 'rules'}`]),
  ];
  const idle = weight !== undefined && valueText(template, weight) === '0' && rules === 0;
  return { ...(parts.length > 0 && { label: parts.join(', ') }), ...(idle && { idle }) };
}

/** Rules by their priority: what they take and where it goes. */
function ruleLines(template: Template): string[] {
  const rules = resourcesOf(template, 'AWS::ElasticLoadBalancingV2::ListenerRule')
    .map(([, properties]) => properties as { Priority: number; Conditions: Condition[]; Actions: Action[] })
    .sort((a, b) => a.Priority - b.Priority);
  // One alone is the last, which takes everything.
  if (rules.length < 2) return [];
  const lines = rules.map(
    ({ Conditions, Actions }) => `${requestText(Conditions)} to ${sideText(template, Actions)}`,
  );
  const more = lines.length - MAX_RULES;
  return more > 0 ? [...lines.slice(0, MAX_RULES), `and ${more} more rules`] : lines;
}

function requestText(conditions: readonly Condition[]): string {
  const methods = conditions.flatMap(({ HttpRequestMethodConfig }) => HttpRequestMethodConfig?.Values ?? []);
  const paths = conditions.flatMap(({ PathPatternConfig }) => PathPatternConfig?.Values ?? []);
  return [methods.join(','), paths.join(' ')].filter((text) => text !== '').join(' ');
}

function sideText(template: Template, [action]: readonly Action[]): string {
  const group = target(action?.TargetGroupArn);
  if (group === undefined) return 'both by weight';
  const type = resourcesOf(template, 'AWS::ElasticLoadBalancingV2::TargetGroup').find(
    ([name]) => name === group,
  );
  return type?.[1].TargetType === 'lambda' ? 'Lambda' : 'instances';
}
