// The build keeps a `*.deferred` module out of the bundle that Lambda starts load.
export { default as yargs } from 'yargs';
