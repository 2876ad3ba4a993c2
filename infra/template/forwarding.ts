/** Rules of the load balancer's listener: of routes on one side, and the last one, which takes what is left. */
import type { RunOn } from '../../src/core/index.ts';
import { ref, resource, type TemplateResource } from '../intrinsics.ts';
import { listenerRules } from '../listener-rules/index.ts';
import type { Sides, Topology } from '../topology/types.ts';
import { INSTANCE_TARGETS, LAMBDA_TARGETS, TRAFFIC_RULE } from './names.ts';

/** The lowest that there is: whatever rules come and go, no priority is taken twice while they change. */
const LAST_PRIORITY = 50_000;

/** What no route takes goes where the routes are; where none is on both sides, to the server rather than to Lambda. */
export function trafficRule(topology: Topology): TemplateResource {
  return resource('AWS::ElasticLoadBalancingV2::ListenerRule', {
    ListenerArn: listenerOf(topology),
    Priority: LAST_PRIORITY,
    Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/*'] } }],
    Actions: [forwardTo(topology, restOf(topology.sides))],
  });
}

const listenerOf = ({ certificateArn }: Topology) =>
  ref(certificateArn === undefined ? 'HttpListener' : 'HttpsListener');

/** The side of what has no rule of its own. */
function restOf({ shared, server }: Sides): RunOn {
  if (shared) return 'both';
  return server ? 'instances' : 'lambda';
}

/** Routes on one side only. Their names go by position, as their priorities do: a rule that changes keeps its own. */
export function routeRules(topology: Topology): Record<string, TemplateResource> {
  const { service, sides } = topology;
  const rest = restOf(sides);
  const rules = listenerRules(service.routes ?? [], rest).map(({ side, methods, paths }, index) => {
    const rule = resource(
      'AWS::ElasticLoadBalancingV2::ListenerRule',
      {
        ListenerArn: listenerOf(topology),
        Priority: index + 1,
        Conditions: [
          { Field: 'path-pattern', PathPatternConfig: { Values: [...paths] } },
          ...(methods === undefined
            ? []
            : [{ Field: 'http-request-method', HttpRequestMethodConfig: { Values: [...methods] } }]),
        ],
        Actions: [forwardTo(topology, side === 'both' ? rest : side)],
      },
      { DependsOn: TRAFFIC_RULE },
    );
    return [`RouteRule${index + 1}`, rule] as const;
  });
  return Object.fromEntries(rules);
}

function forwardTo(topology: Topology, side: RunOn) {
  if (side === 'both') return weightedForward(topology);
  return { Type: 'forward', TargetGroupArn: ref(side === 'lambda' ? LAMBDA_TARGETS : INSTANCE_TARGETS) };
}

function weightedForward({ stickiness }: Topology) {
  return {
    Type: 'forward',
    ForwardConfig: {
      TargetGroups: [
        { TargetGroupArn: ref(INSTANCE_TARGETS), Weight: ref('Ec2Weight') },
        { TargetGroupArn: ref(LAMBDA_TARGETS), Weight: ref('LambdaWeight') },
      ],
      TargetGroupStickinessConfig:
        stickiness === undefined ? { Enabled: false } : { Enabled: true, DurationSeconds: stickiness },
    },
  };
}
