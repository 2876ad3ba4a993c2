export { ProvisionError } from './errors.ts';
export {
  getAtt,
  type Intrinsic,
  type Resolvable,
  ref,
  resource,
  sub,
  type TemplateResource,
} from './intrinsics.ts';
export { expandMarkup, joinParts, MarkupError, type MarkupValues } from './markup.ts';
export { type EmittedTopology, emitTopology, TOPOLOGY_FILES, writeTopology } from './provision.ts';
export { mergeGroups } from './template.ts';
export type {
  ServiceDescription,
  Template,
  TemplateDecorator,
  TemplateGroup,
  TemplateOutput,
  TemplateParameter,
  Topology,
  TopologyOptions,
} from './types.ts';
export { USER_DATA_LIMIT } from './userdata.ts';
export { provisionProblems } from './validate.ts';
