import type { LazyCommand } from '../command.ts';

/** Each command with the one boundary that its module is loaded behind. */
export const commands: readonly LazyCommand[] = [
  {
    command: 'httpServer',
    describe: 'Serve the routes over HTTP, and the functions by the Lambda Invoke API',
    load: async () => (await import('./http-server.ts')).httpServerCommand,
  },
  {
    command: 'worker [handler..]',
    describe: 'Work off the queues of the functions and event handlers that run on instances',
    load: async () => (await import('./worker.ts')).workerCommand,
  },
  {
    command: 'invoke [function]',
    describe: 'Run one event through a function or the HTTP routes, and print the result',
    load: async () => (await import('./invoke.ts')).invokeCommand,
  },
  {
    command: 'events [source]',
    describe: 'List the event sources, or print a sample event of one',
    load: async () => (await import('./events.ts')).eventsCommand,
  },
  {
    command: 'emulate',
    describe: "Run the functions as Lambda would, in processes of their own, behind Lambda's Invoke API",
    load: async () => (await import('./emulate.ts')).emulateCommand,
  },
  {
    command: 'lambda',
    describe: 'Run the Lambda runtime loop (the default where AWS_LAMBDA_RUNTIME_API is set)',
    load: async () => (await import('./lambda.ts')).lambdaCommand,
  },
  {
    command: 'supervisor',
    describe: "Print supervisord's sections for the HTTP server and the worker",
    load: async () => (await import('./supervisor.ts')).supervisorCommand,
  },
  {
    command: 'describe',
    describe: 'List routes, functions and event handlers, or draw the topology that the flags give',
    load: async () => (await import('./describe.ts')).describeCommand,
  },
  {
    command: 'provision',
    describe: 'Deploy the service: upload the artifact, create or update the stack by a change set',
    load: async () => (await import('./provision.ts')).provisionCommand,
  },
  {
    command: 'diff',
    describe: 'Compare the deployed template and parameters with what would be deployed',
    load: async () => (await import('./diff.ts')).diffCommand,
  },
  {
    command: 'rollback',
    describe: 'Deploy an earlier artifact, with all else as it is deployed',
    load: async () => (await import('./rollback.ts')).rollbackCommand,
  },
  {
    command: 'status',
    describe: 'Show the deployed stack: resources, instances, last events, outputs',
    load: async () => (await import('./status.ts')).statusCommand,
  },
  {
    command: 'logs [handler]',
    describe: 'Show the logs of functions and instances, by time',
    load: async () => (await import('./logs.ts')).logsCommand,
  },
  {
    command: 'policy',
    describe: 'Print the IAM policy that a deployment of the service needs',
    load: async () => (await import('./policy.ts')).policyCommand,
  },
  {
    command: 'delete',
    describe: 'Delete the deployed stack, once that is confirmed, and wait until it is gone',
    load: async () => (await import('./delete.ts')).deleteCommand,
  },
  {
    command: 'completion [shell]',
    describe: 'Print the script by which a shell completes commands, flags and handlers',
    load: async () => (await import('./completion.ts')).completionCommand,
  },
  {
    command: 'version',
    describe: 'Print the versions of the service, the build and Node.js',
    load: async () => (await import('./version.ts')).versionCommand,
  },
];
