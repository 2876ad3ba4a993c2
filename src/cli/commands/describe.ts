import type { ServiceDescription } from '../../../infra/index.ts';
import { OptionsError } from '../../../infra/topology/errors.ts';
import { TOPOLOGY_OPTIONS } from '../../../infra/topology/options/index.ts';
import { tableProblems } from '../../../infra/topology/problems.ts';
import type { Stage } from '../../../infra/topology/stages.ts';
import type { EventTrigger, RunOn, Service } from '../../core/index.ts';
import { defineAction, type Extension } from '../command.ts';
import { print } from '../output.ts';
import { chosenStage } from './stage.ts';
import { type TopologyFlags, topologyOptions, withTopologyFlags } from './topology-flags.ts';

const FORMATS = ['text', 'json', 'mermaid', 'html'] as const;

interface Flags extends TopologyFlags {
  readonly format: (typeof FORMATS)[number];
  readonly stage?: string;
}

export const describeCommand = defineAction<Flags>({
  builder: (yargs) =>
    withTopologyFlags(yargs).option('format', {
      choices: FORMATS,
      default: 'text',
      describe: 'Lists (text, json) or a picture (mermaid, html)',
    }),
  handler: async (flags, tools) => {
    const service = await tools.service();
    const stage = await chosenStage(flags, tools);
    const options = topologyOptions(flags, stage, service, tools.extension);
    if (flags.format === 'mermaid' || flags.format === 'html') {
      await print(await draw(flags, stage, service, tools.extension));
      return;
    }
    const problems = tableProblems({ runOn: TOPOLOGY_OPTIONS.runOn }, { runOn: options.runOn });
    if (problems.length > 0) throw new OptionsError(...problems);
    const inventory = describeService(service, options.service);
    await print(flags.format === 'json' ? JSON.stringify(inventory, null, 2) : asText(inventory));
  },
});

async function draw(flags: Flags, stage: Stage, service: Service, extension: Extension): Promise<string> {
  const { emitTopology } = await import('../../../infra/index.ts');
  const { htmlOf, mermaidOf, pictureOf } = await import('../../../infra/describe/index.ts');
  // No picture shows where the artifact is, so it need not be named.
  const anywhere = { s3Bucket: 'any-bucket', s3Key: 'any-key', ...flags };
  const options = topologyOptions(anywhere, stage, service, extension);
  const { template } = emitTopology(options);
  const pictured = { ...describeService(service, options.service), trustProxy: options.trustProxy };
  const picture = pictureOf(pictured, template);
  return flags.format === 'html' ? htmlOf(picture) : mermaidOf(picture);
}

/** The service as plain data, as it is placed. */
export interface ServiceInventory {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly routes: readonly { readonly method: string; readonly path: string; readonly runOn: RunOn }[];
  readonly functions: readonly {
    readonly name: string;
    readonly kind: string;
    readonly source?: string;
    readonly runOn: RunOn;
    /** Where its events come from, as the event source declares it. */
    readonly trigger?: EventTrigger;
  }[];
}

export function describeService(service: Service, placed: ServiceDescription): ServiceInventory {
  const { name, version, description } = service;
  const routes = (placed.routes ?? []).map(({ method, path, runOn }) => ({ method, path, runOn }));
  const functions = [...service.functions.values()].map(({ name, kind, source }) => {
    const { runOn } = placed.handlers![name]!;
    if (source === undefined) return { name, kind, runOn };
    const { type, trigger } = source;
    return { name, kind, source: type, runOn, ...(trigger && { trigger }) };
  });
  return { name, version, description, routes, functions };
}

function asText({ name, version, description, routes, functions }: ServiceInventory): string {
  const lines = [`${name} ${version}${description ? `: ${description}` : ''}`, '', 'Routes'];
  const widest = Math.max(0, ...routes.map(({ path }) => path.length));
  for (const { method, path, runOn } of routes)
    lines.push(`  ${method.padEnd(8)}${path.padEnd(widest)}  ${runOn}`);
  lines.push('', 'Functions');
  for (const entry of functions)
    lines.push(`  ${entry.name}${entry.source ? ` (${entry.source} events)` : ''}  ${entry.runOn}`);
  return lines.join('\n');
}
