/**
 * The one table of topology options: types, command-line flags, validation, defaults and the table of infra/README.md
 * derive from it. A new option is one row in the file of its group, and the resource that it makes.
 */
import { type DefaultsOf, defineOptions, type FlagsOf, type OptionsOf } from '../rows.ts';
import { ARTIFACT } from './artifact.ts';
import { FUNCTIONS } from './functions.ts';
import { INSTANCES } from './instances.ts';
import { LOAD_BALANCER } from './load-balancer.ts';
import { OPERATIONS } from './operations.ts';
import { SCALING } from './scaling.ts';
import { SERVER_AND_FUNCTIONS } from './shared.ts';
import { WORKER } from './worker.ts';

/** The rows by what they concern. */
export const OPTION_GROUPS = {
  Artifact: ARTIFACT,
  'Functions and server': SERVER_AND_FUNCTIONS,
  'Lambda functions': FUNCTIONS,
  Instances: INSTANCES,
  'Worker on instances': WORKER,
  'Size and scaling': SCALING,
  'Load balancer': LOAD_BALANCER,
  Operations: OPERATIONS,
} as const;

/** Every option of a topology by name. */
export const TOPOLOGY_OPTIONS = defineOptions({
  ...ARTIFACT,
  ...SERVER_AND_FUNCTIONS,
  ...FUNCTIONS,
  ...INSTANCES,
  ...WORKER,
  ...SCALING,
  ...LOAD_BALANCER,
  ...OPERATIONS,
});

type TopologyTable = typeof TOPOLOGY_OPTIONS;

/** The options as they are given. Each has a line in infra/README.md. */
export type TopologySettings = OptionsOf<TopologyTable>;
/** Those that have a value in any case. */
export type TopologyDefaults = DefaultsOf<TopologyTable>;
/** Their flags, unchecked. */
export type TopologyFlags = FlagsOf<TopologyTable>;
