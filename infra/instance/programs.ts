/** The programs that supervisord runs on the instances. */
import type { SupervisorOptions } from '../../src/adapters/supervisor/index.ts';
import { READINESS_PATH } from '../../src/core/index.ts';
import { DEFAULT_HEALTH_PORT } from '../../src/server/defaults.ts';
import { type Timing, timingOf } from '../topology/timing.ts';
import type { Topology } from '../topology/types.ts';
import type { Variables, Wiring } from '../wiring/index.ts';
import type { Expressions } from './expressions.ts';

/** Certificate chain and private key on the instances. */
export const tlsFile = (slug: string, part: 'certificate' | 'privateKey'): string =>
  `/etc/${slug}/tls/${part}.pem`;

export function serverProgram(
  topology: Topology,
  { instances }: Wiring,
  expressions: Expressions,
): SupervisorOptions {
  const timing = timingOf(topology);
  return {
    ...common(topology, '', instances.variables, expressions),
    args: serverArgs(topology, timing),
    port: topology.port,
    drainSeconds: timing.delay + timing.drain,
    stopwaitsecs: timing.stop.server,
  };
}

export function workerProgram(
  topology: Topology,
  { instances, worker }: Wiring,
  expressions: Expressions,
): SupervisorOptions {
  const { drain, stop } = timingOf(topology);
  const { workerConcurrency, workerTimeout, workerRetryDelay } = topology;
  return {
    ...common(topology, 'worker-', { ...instances.variables, ...worker }, expressions),
    args: [
      ...['worker', '--drainTimeout', String(drain)],
      ...flag('--concurrency', workerConcurrency),
      ...flag('--timeout', workerTimeout),
      ...flag('--retryDelay', workerRetryDelay),
    ],
    drainSeconds: drain,
    stopwaitsecs: stop.worker,
  };
}

/** Files of the logs of both programs, as far as they run. */
export function logFiles({ slug, sides }: Topology): string[] {
  const prefixes = [...(sides.server ? [''] : []), ...(sides.worker.length > 0 ? ['worker-'] : [])];
  return prefixes.flatMap((prefix) => STREAMS.map((stream) => logFile(slug, `${prefix}${stream}`)));
}

/** Addresses that answer 2xx once a program is ready. */
export function readyUrls({ sides, port, readinessPath, tlsSecretArn }: Topology): string[] {
  const scheme = tlsSecretArn === undefined ? 'http' : 'https';
  return [
    ...(sides.server ? [`${scheme}://127.0.0.1:${port}${readinessPath}`] : []),
    ...(sides.worker.length > 0 ? [`http://127.0.0.1:${DEFAULT_HEALTH_PORT}${READINESS_PATH}`] : []),
  ];
}

const STREAMS = ['stdout', 'stderr'] as const;
const logFile = (slug: string, name: string) => `/var/log/${slug}/${name}.log`;

function common(topology: Topology, logPrefix: string, variables: Variables, expressions: Expressions) {
  const { slug, account, environment, startretries, logRotation } = topology;
  const own = Object.entries(variables).map(([name, parts]) => [name, expressions.text(parts)]);
  const log = (stream: string) => ({ ...logRotation, file: logFile(slug, `${logPrefix}${stream}`) });
  return {
    name: slug,
    command: `/opt/${slug}/app`,
    user: account,
    directory: `/var/lib/${slug}`,
    environment: { ...environment, ...Object.fromEntries(own) },
    startretries,
    stdout: log('stdout'),
    stderr: log('stderr'),
  };
}

const flag = (name: string, value: string | number | undefined): string[] =>
  value === undefined ? [] : [name, String(value)];

/** So much longer than the load balancer does the server keep an idle connection: it must not be the first to close it. */
const KEEP_ALIVE_SPARE = 15;

function serverArgs(topology: Topology, { drain, delay }: Timing): string[] {
  const { slug, port, trustProxy = [], tlsSecretArn, bodyLimit, requestTimeout, idleTimeout } = topology;
  const { processes, http2 } = topology;
  const tls =
    tlsSecretArn === undefined
      ? []
      : ['--tlsCert', tlsFile(slug, 'certificate'), '--tlsKey', tlsFile(slug, 'privateKey')];
  return [
    ...['httpServer', '--port', String(port), '--host', '0.0.0.0'],
    ...['--drainTimeout', String(drain)],
    ...flag('--drainDelay', delay || undefined),
    ...flag('--keepAliveTimeout', idleTimeout && idleTimeout + KEEP_ALIVE_SPARE),
    ...flag('--bodyLimit', bodyLimit),
    ...flag('--requestTimeout', requestTimeout),
    ...flag('--processes', processes),
    ...trustProxy.flatMap((cidr) => ['--trustProxy', cidr]),
    ...tls,
    ...(http2 ? ['--http2'] : []),
  ];
}
