import type { Service } from '../../core/index.ts';
import { defineCommand } from '../command.ts';
import { print } from '../output.ts';

interface Flags {
  readonly format: 'text' | 'json';
}

export const describeCommand = defineCommand<Flags>({
  command: 'describe',
  describe: 'List the routes, functions and event handlers of the service',
  builder: (yargs) =>
    yargs.option('format', {
      choices: ['text', 'json'] as const,
      default: 'text',
      describe: 'Output format',
    }),
  handler: async ({ format }, tools) => {
    const description = describeService(await tools.service());
    await print(format === 'json' ? JSON.stringify(description, null, 2) : asText(description));
  },
});

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
