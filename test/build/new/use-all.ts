/** A module of a service that uses every export of the package with its types. */
export const EVERY_EXPORT = `import * as amphi from 'amphi';
import * as cli from 'amphi/cli';
import * as events from 'amphi/events';
import * as http from 'amphi/http';
import * as httpKit from 'amphi/http-kit';
import * as infra from 'amphi/infra';
import * as lambda from 'amphi/lambda';
import * as supervisor from 'amphi/supervisor';
import * as telemetry from 'amphi/telemetry';
import * as testing from 'amphi/testing';
import * as worker from 'amphi/worker';
import { registry } from './src/registry.ts';

export const logger = amphi.createLogger({ level: 'INFO', write: () => {} });
export const command = cli.defineCommand<{ count: number }>({
  command: 'count',
  describe: 'Count',
  builder: (yargs) => yargs.option('count', { number: true }),
  handler: async (flags, tools) => flags.count + (await tools.service()).routes.length,
});
export const extension: cli.Extension = { commands: [command], decorateTemplate: (template) => template };
registry.get('/typed/:id', (request, context) => amphi.reply({ status: 201, body: request.params.id }));
export const start = () =>
  http.startHttpServer(registry.freeze(), {
    port: 0,
    host: '127.0.0.1',
    logger,
    resolveFunction: lambda.resolveFunction,
    configure: (fastify) => void fastify.addHook('onRequest', async () => {}),
  });
export const config: string = supervisor.supervisorConfig({ name: 'x', command: '/x' });
export const work = (queues: Record<string, string>) =>
  worker.startWorker(registry.freeze(), { queues, logger, resolveFunction: lambda.resolveFunction });
export const traced: boolean = telemetry.traceWithOpenTelemetry(registry);
export const injected: Promise<Response> = testing.inject(registry, '/', { as: 'apigateway-v2' });
export const invoked: Promise<number> = testing.invokeFunction<number>(registry, 'hello', testing.event('sqs'));
registry.get('/events', httpKit.sse(({ send }) => send({ data: 1 })));
registry.mount('/app', (request) => new Response(request.url));
registry.event('queue', events.sqs(), (record) => record.body);
registry.use(httpKit.cors({ origins: '*' }));
registry.use('/private', httpKit.jwt({ algorithms: ['RS256'], jwks: 'https://login.example/keys' }));
export type Topology = infra.TopologyOptions;
`;

/** Statements that are each a type error 2322, if the type is known. */
export const MISUSES: readonly string[] = [
  `export const a: cli.Extension = { decorateTemplate: (template) => { const x: number = template.Resources; return template; } };`,
  `export const b: cli.Command = { command: 'b', describe: 'b', builder: (yargs) => { const x: number = yargs.option; return yargs; }, handler: async () => {} };`,
  `export const c: http.HttpServerOptions['configure'] = (fastify) => { const x: number = fastify.addHook; };`,
  `registry.get('/d', (request) => { const x: number = request.path; });`,
  `registry.event('e', events.sqs(), (record) => { const x: number = record; });`,
  `export const f: number = lambda.runLambda;`,
  `export const g: number = infra.emitTopology;`,
  `export const h: number = supervisor.supervisorConfig;`,
  `export const j: number = telemetry.traceWithOpenTelemetry;`,
  `export const k: number = testing.inject;`,
  `export const l: number = httpKit.etag;`,
  `export const i: number = worker.startWorker;`,
];
