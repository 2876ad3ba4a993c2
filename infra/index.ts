export { ProvisionError } from './errors.ts';
export type { Intrinsic, Resolvable, TemplateResource } from './intrinsics.ts';
export { expandMarkup, joinParts, MarkupError, type MarkupValues } from './markup.ts';
export { type EmittedTopology, emitTopology, TOPOLOGY_FILES, writeTopology } from './provision.ts';
export { mergeGroups } from './template.ts';
export type { ServiceDescription, Template, TemplateGroup, TopologyOptions } from './types.ts';
export { USER_DATA_LIMIT } from './userdata.ts';
export { provisionProblems } from './validate.ts';
