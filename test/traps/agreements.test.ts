// Values that two areas must agree on, and that neither can check alone.
import { join } from 'node:path';
import t from 'tap';
import { emitTopology } from '../../infra/index.ts';
import { createHttpServer } from '../../src/adapters/http/index.ts';
import { resolveFunction } from '../../src/adapters/lambda/index.ts';
import {
  DEFAULT_DRAIN_SECONDS,
  DEFAULT_STOPWAITSECS,
  supervisorConfig,
} from '../../src/adapters/supervisor/index.ts';
import { REQUEST_LIMIT } from '../../src/aws/limits.ts';
import { createLogger, createRegistry, DEFAULT_BODY_LIMIT } from '../../src/core/index.ts';
import { sourcesBelow } from '../core/import-rules.ts';
import { SAMPLE } from '../infra/sample.ts';
import { VARIANTS } from '../infra/variants.ts';
import { runMain, SAMPLE_MAIN } from '../support/run-app.ts';

/** `--NAME SECONDS` in a supervisord section, or what the server takes without it. */
const flagOf = (conf: string, name: string, none: number) =>
  Number(new RegExp(`--${name} (\\d+)`).exec(conf)?.[1] ?? none);

t.test('SIGKILL of supervisord comes after the whole drain, in every shape of the topology', async (t) => {
  t.ok(DEFAULT_STOPWAITSECS > DEFAULT_DRAIN_SECONDS);
  const help = await runMain(SAMPLE_MAIN, ['httpServer', '--help']);
  t.match(help.stdout, new RegExp(`--drainTimeout [^-]*\\[default: "${DEFAULT_DRAIN_SECONDS}"\\]`));
  for (const [name, options] of Object.entries(VARIANTS)) {
    const conf = emitTopology(options).supervisordConf;
    // Nothing runs on instances.
    if (conf === '') continue;
    const wait = Number(/^stopwaitsecs=(\d+)$/m.exec(conf)?.[1]);
    const drain = flagOf(conf, 'drainDelay', 0) + flagOf(conf, 'drainTimeout', DEFAULT_DRAIN_SECONDS);
    t.ok(wait > drain, `${name}: ${wait} s after a drain of ${drain} s`);
  }
});

t.test('an idle connection of the load balancer ends before the server would end it', async (t) => {
  const { Resources } = emitTopology(VARIANTS.balanced!).template;
  const { LoadBalancerAttributes } = Resources.LoadBalancer!.Properties as {
    LoadBalancerAttributes: { Key: string; Value: string }[];
  };
  const idle = LoadBalancerAttributes.find(({ Key }) => Key === 'idle_timeout.timeout_seconds');
  const service = createRegistry({ name: 'x' })
    .get('/', () => 'x')
    .freeze();
  const logger = createLogger({ write() {} });
  const fastify = await createHttpServer(service, { port: 0, host: '127.0.0.1', logger, resolveFunction });
  t.teardown(() => fastify.close());
  t.ok(Number(idle?.Value) > 0);
  t.ok(fastify.server.keepAliveTimeout > Number(idle?.Value) * 1000);
});

t.test('every adapter takes a request of 6 MB, as Lambda does', async (t) => {
  t.equal(DEFAULT_BODY_LIMIT, REQUEST_LIMIT);
  const help = await runMain(SAMPLE_MAIN, ['httpServer', '--help']);
  t.match(help.stdout, /--bodyLimit [^-]*\[default: "6291456"\]/);
});

t.test('port 9999 is the same everywhere', async (t) => {
  const help = await runMain(SAMPLE_MAIN, ['httpServer', '--help']);
  t.match(help.stdout, /--port [^-]*\[default: "9999"\]/);
  t.match(supervisorConfig({ name: 'a', command: '/a' }), 'httpServer --port 9999');
  const { template, userData } = emitTopology(SAMPLE);
  t.match(template.Resources.AppIngress!.Properties, { FromPort: 9999, ToPort: 9999 });
  t.match(userData, /READY_URLS='http:\/\/127\.0\.0\.1:9999\//);
});

t.test('only the edge encoders know where an event comes from', async (t) => {
  const project = join(import.meta.dirname, '..', '..');
  const names = /apigateway|function-url|\balb\b|lattice|isBase64Encoded|multiValueHeaders|rawQueryString/i;
  // The emulator plays the part of AWS: it makes events and reads results.
  const edge = /^src\/adapters\/(lambda\/(sources\/|http-events\.ts$)|emulator\/)/;
  const code = (source: string) => source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  const knowing = sourcesBelow(project, 'src').filter(([, source]) => names.test(code(source)));
  t.ok(knowing.some(([path]) => edge.test(path)));
  const others = knowing.map(([path]) => path).filter((path) => !edge.test(path));
  t.same(
    others.filter((path) => /^src\/(core|adapters)\//.test(path)),
    [],
  );
});

t.test('tests that need the executable take its path from one place', async (t) => {
  const project = join(import.meta.dirname, '..', '..');
  // A path of its own goes stale when a test moves, and the test is skipped from then on.
  const own = sourcesBelow(project, 'test').filter(([, source]) =>
    /['"`/]dist\/app(\.zip)?['"`]/.test(source),
  );
  t.same(
    own.map(([path]) => path),
    [],
  );
  t.ok(sourcesBelow(project, 'test').some(([, source]) => source.includes("join(root, 'dist', 'app')")));
});
