// All that only the command line needs. The build keeps a `*.deferred` module out of the bundle that Lambda starts load.
export { execute, runCommandLine } from './main.ts';
