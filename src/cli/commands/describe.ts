import type { Service } from '../../core/index.ts';
import { defineAction, type Extension } from '../command.ts';
import { print } from '../output.ts';
import { type TopologyFlags, topologyOptions, withTopologyFlags } from './topology-flags.ts';

const FORMATS = ['text', 'json', 'mermaid', 'html'] as const;

interface Flags extends TopologyFlags {
  readonly format: (typeof FORMATS)[number];
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
    const inventory = describeService(service);
    if (flags.format === 'json') await print(JSON.stringify(inventory, null, 2));
    else if (flags.format === 'text') await print(asText(inventory));
    else await print(await draw(flags, service, tools.extension));
  },
});

async function draw(flags: Flags, service: Service, extension: Extension): Promise<string> {
  const { emitTopology } = await import('../../../infra/index.ts');
  const { htmlOf, mermaidOf, pictureOf } = await import('../../../infra/describe/index.ts');
  // No picture shows where the artifact is, so it need not be named.
  const anywhere = { s3Bucket: 'any-bucket', s3Key: 'any-key', ...flags };
  const { template } = emitTopology(topologyOptions(anywhere, service, extension));
  const picture = pictureOf(describeService(service), template);
  return flags.format === 'html' ? htmlOf(picture) : mermaidOf(picture);
}

/** The service as plain data. */
export interface ServiceInventory {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  readonly functions: readonly { readonly name: string; readonly kind: string; readonly source?: string }[];
}

export function describeService(service: Service): ServiceInventory {
  const { name, version, description } = service;
  const routes = service.routes.map(({ method, path }) => ({ method, path }));
  const functions = [...service.functions.values()].map(({ name, kind, source }) => {
    return source ? { name, kind, source: source.type } : { name, kind };
  });
  return { name, version, description, routes, functions };
}

function asText({ name, version, description, routes, functions }: ServiceInventory): string {
  const lines = [`${name} ${version}${description ? `: ${description}` : ''}`, '', 'Routes'];
  for (const { method, path } of routes) lines.push(`  ${method.padEnd(8)}${path}`);
  lines.push('', 'Functions');
  for (const entry of functions)
    lines.push(`  ${entry.name}${entry.source ? ` (${entry.source} events)` : ''}`);
  return lines.join('\n');
}
