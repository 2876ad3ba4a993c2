export { DEFAULT_DRAIN_SECONDS, DEFAULT_PORT } from '../../server/defaults.ts';
export { SupervisorConfigError } from './encode.ts';
export { type FullSupervisordOptions, fullSupervisordConfig } from './full.ts';
export { supervisorGroup } from './group.ts';
export { type ListenerOptions, listenerConfig } from './listener.ts';
export {
  DEFAULT_STARTRETRIES,
  DEFAULT_STOPWAITSECS,
  MAX_STARTRETRIES,
  MAX_STOPWAITSECS,
  type ProgramLog,
  type SupervisorOptions,
  supervisorConfig,
} from './section.ts';
