export { USER_DATA_BYTES as USER_DATA_LIMIT } from '../src/aws/quotas.ts';
export { expandMarkup, joinParts, MarkupError, type MarkupValues } from './instance/user-data/template.ts';
export {
  getAtt,
  type Intrinsic,
  type Resolvable,
  ref,
  resource,
  sub,
  type TemplateResource,
} from './intrinsics.ts';
export { type EmittedTopology, emitTopology, TOPOLOGY_FILES, writeTopology } from './provision.ts';
export { mergeGroups } from './template/index.ts';
export { ProvisionError } from './topology/errors.ts';
export type { StageSettings, TopologyDefinition } from './topology/stages.ts';
export type {
  HandlerDescription,
  RouteDescription,
  ServiceDescription,
  Template,
  TemplateDecorator,
  TemplateGroup,
  TemplateOutput,
  TemplateParameter,
  Topology,
  TopologyOptions,
} from './topology/types.ts';
export { provisionProblems } from './topology/validate.ts';
