import type { TemplateResource } from '../intrinsics.ts';
import type { Template, Topology } from '../topology/types.ts';

/** The template with the permissions boundary on every role that it makes. */
export function withBoundary(template: Template, { permissionsBoundary }: Topology): Template {
  if (permissionsBoundary === undefined) return template;
  const resources = Object.entries(template.Resources).map(([name, resource]): [string, TemplateResource] => [
    name,
    resource.Type === 'AWS::IAM::Role'
      ? { ...resource, Properties: { ...resource.Properties, PermissionsBoundary: permissionsBoundary } }
      : resource,
  ]);
  return { ...template, Resources: Object.fromEntries(resources) };
}
