import type { TemplateResource } from '../intrinsics.ts';
import type { Template, Topology } from '../topology/types.ts';

/** The template with the permissions boundary on every role that it makes, but where one has another already. */
export function withBoundary(template: Template, { permissionsBoundary }: Topology): Template {
  if (permissionsBoundary === undefined) return template;
  const resources = Object.entries(template.Resources).map(([name, resource]): [string, TemplateResource] => [
    name,
    resource.Type === 'AWS::IAM::Role'
      ? { ...resource, Properties: { PermissionsBoundary: permissionsBoundary, ...resource.Properties } }
      : resource,
  ]);
  return { ...template, Resources: Object.fromEntries(resources) };
}
