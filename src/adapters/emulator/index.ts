export { type RunningEmulator, startEmulator } from './emulator.ts';
export { checkEnvironment } from './environment/child-env.ts';
export type { EmulatorOptions } from './options.ts';
export { runEmulator } from './run.ts';
