export { checkEnvironment } from './environment/child-env.ts';
export { type RunningEmulator, startEmulator } from './emulator.ts';
export type { EmulatorOptions } from './options.ts';
export { runEmulator } from './run.ts';
