/** Reads from the template which entry leads where; only the events that handlers take come from the registry. */
import type { Template } from '../topology/types.ts';
import { loadBalancers } from './load-balancers.ts';
import { type Box, type Edge, INSTANCES, lambdaId, type PicturedService, sourceId } from './picture.ts';
import { rangeText, resourcesOf, target, valueText } from './template-reader.ts';
import { triggerLines } from './trigger-lines.ts';

/** Handlers by the logical name of their Lambda function. The stack's own helper functions are left out. */
function handlersOf(template: Template): Map<string, string> {
  const functions = resourcesOf(template, 'AWS::Lambda::Function');
  const own = functions.filter(([, { Runtime }]) => Runtime === 'provided.al2023');
  return new Map(own.map(([name, { Handler }]) => [name, String(Handler)]));
}

/** What runs the executable: Lambda functions and the group of instances. */
export function computeOf(service: PicturedService, template: Template): Box[] {
  const lambdas = resourcesOf(template, 'AWS::Lambda::Function').filter(
    ([, { Runtime }]) => Runtime === 'provided.al2023',
  );
  const groups = resourcesOf(template, 'AWS::AutoScaling::AutoScalingGroup');
  return [
    ...lambdas.map(([, { Handler, MemorySize, Timeout }]) => ({
      id: lambdaId(String(Handler)),
      title: `Lambda ${Handler}`,
      lines: [`${MemorySize} MB, ${Timeout} s`],
    })),
    ...groups.slice(0, 1).map(([, { MinSize, MaxSize }]) => ({
      id: INSTANCES,
      title: 'EC2 instances',
      lines: [
        `${valueText(template, MinSize)} to ${valueText(template, MaxSize)} of ${instanceType(template)}`,
        `supervisord: ${programsOf(service)}`,
        ...(service.trustProxy ?? []).map((range) => `trusts X-Forwarded-* of ${range}`),
      ],
    })),
  ];
}

function programsOf({ routes, functions }: PicturedService): string {
  const server = routes.some(({ runOn = 'both' }) => runOn !== 'lambda');
  const worker = functions.some(({ runOn = 'lambda' }) => runOn !== 'lambda');
  return [...(server ? ['app httpServer'] : []), ...(worker ? ['app worker'] : [])].join(', ');
}

function instanceType(template: Template): string {
  return String(template.Parameters.InstanceType?.Default ?? 'any type');
}

interface Entries {
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
}

/** Every entry: load balancer, function URLs, HTTP APIs, open ports, event sources, and the Invoke API. */
export function entriesOf(service: PicturedService, template: Template): Entries {
  const handlers = handlersOf(template);
  const parts = [
    loadBalancers(template, (from, value, about) => toFunction(from, value, handlers, about)),
    lambdaEndpoints(template, handlers, 'AWS::Lambda::Url', 'Function URL', 'TargetFunctionArn'),
    lambdaEndpoints(template, handlers, 'AWS::ApiGatewayV2::Integration', 'HTTP API', 'IntegrationUri'),
    openPorts(template),
    eventSources(service, handlers),
    invokeApi(handlers),
  ];
  return { boxes: parts.flatMap(({ boxes }) => boxes), edges: parts.flatMap(({ edges }) => edges) };
}

type Handlers = ReadonlyMap<string, string>;

function toFunction(
  from: string,
  value: unknown,
  handlers: Handlers,
  about: Pick<Edge, 'label' | 'idle'> = {},
): Edge[] {
  const handler = handlers.get(target(value) ?? '');
  return handler === undefined ? [] : [{ from, to: lambdaId(handler), ...about }];
}

function lambdaEndpoints(
  template: Template,
  handlers: Handlers,
  type: string,
  title: string,
  key: string,
): Entries {
  const found = resourcesOf(template, type);
  return {
    boxes: found.map(([id, { AuthType }]) => ({
      id,
      title,
      lines: AuthType === 'AWS_IAM' ? ['signed requests only'] : ['HTTPS'],
    })),
    edges: found.flatMap(([id, properties]) => toFunction(id, properties[key], handlers)),
  };
}

/** Rules that let an address range in, as far as they lead to the instances themselves. */
function openPorts(template: Template): Entries {
  const balanced = resourcesOf(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer').length > 0;
  const rules = resourcesOf(template, 'AWS::EC2::SecurityGroupIngress').filter(
    ([, { CidrIp, GroupId }]) => CidrIp !== undefined && target(GroupId) === 'SecurityGroup',
  );
  const direct = rules.filter(([, { FromPort }]) => !(balanced && FromPort !== 22));
  return {
    boxes: direct.map(([id, { FromPort, Description, CidrIp }]) => ({
      id,
      title: `Port ${FromPort}`,
      lines: [String(Description), `from ${rangeText(template, CidrIp)}`],
    })),
    edges: direct.map(([id]) => ({ from: id, to: INSTANCES })),
  };
}

/** Events go straight to Lambda; those for instances have a queue before them. */
function eventSources({ functions }: PicturedService, handlers: Handlers): Entries {
  const known = new Set(handlers.values());
  const fed = functions.filter(({ source }) => source !== undefined);
  return {
    boxes: fed.map(({ name, source, trigger }) => ({
      id: sourceId(name),
      title: `${source} events`,
      lines: triggerLines(trigger),
    })),
    edges: fed
      .filter(({ name }) => known.has(name))
      .map(({ name }) => ({ from: sourceId(name), to: lambdaId(name) })),
  };
}

function invokeApi(handlers: Handlers): Entries {
  const id = 'invoke-api';
  const edges = [...handlers.values()].map((handler) => ({ from: id, to: lambdaId(handler) }));
  const box = { id, title: 'Invoke API', lines: ['aws lambda invoke'] };
  return { boxes: edges.length > 0 ? [box] : [], edges };
}
