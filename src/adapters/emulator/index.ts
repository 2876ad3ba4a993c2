export { type RunningEmulator, startEmulator } from './emulator.ts';
export type { EmulatorOptions } from './options.ts';
export { runEmulator } from './run.ts';
