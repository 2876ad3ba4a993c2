/** The programs that supervisord runs on the instances. */
import {
  DEFAULT_DRAIN_SECONDS,
  DEFAULT_STOPWAITSECS,
  type SupervisorOptions,
} from '../../src/adapters/supervisor/index.ts';
import { READINESS_PATH } from '../../src/core/index.ts';
import { DEFAULT_HEALTH_PORT } from '../../src/server/defaults.ts';
import { DETECTION_SECONDS, isBalanced } from '../template/load-balancer.ts';
import type { Topology } from '../topology/types.ts';
import type { Variables, Wiring } from '../wiring/index.ts';
import type { Expressions } from './expressions.ts';

/** Certificate chain and private key on the instances. */
export const tlsFile = (slug: string, part: 'certificate' | 'privateKey'): string =>
  `/etc/${slug}/tls/${part}.pem`;

/** Seconds for which readiness fails before the listener closes. */
const drainDelay = (topology: Topology): number => (isBalanced(topology) ? DETECTION_SECONDS : 0);

export function serverProgram(
  topology: Topology,
  { instances }: Wiring,
  expressions: Expressions,
): SupervisorOptions {
  const delay = drainDelay(topology);
  return {
    ...common(topology, '', instances.variables, expressions),
    args: serverArgs(topology, delay),
    port: topology.port,
    drainSeconds: delay + DEFAULT_DRAIN_SECONDS,
    stopwaitsecs: topology.stopwaitsecs ?? delay + DEFAULT_STOPWAITSECS,
  };
}

export function workerProgram(
  topology: Topology,
  { instances, worker }: Wiring,
  expressions: Expressions,
): SupervisorOptions {
  return {
    ...common(topology, 'worker-', { ...instances.variables, ...worker }, expressions),
    args: ['worker', '--drainTimeout', String(DEFAULT_DRAIN_SECONDS)],
    drainSeconds: DEFAULT_DRAIN_SECONDS,
    stopwaitsecs: topology.stopwaitsecs ?? DEFAULT_STOPWAITSECS,
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

function serverArgs({ slug, port, trustProxy = [], tlsSecretArn }: Topology, delay: number): string[] {
  const tls =
    tlsSecretArn === undefined
      ? []
      : ['--tlsCert', tlsFile(slug, 'certificate'), '--tlsKey', tlsFile(slug, 'privateKey')];
  return [
    ...['httpServer', '--port', String(port), '--host', '0.0.0.0'],
    ...['--drainTimeout', String(DEFAULT_DRAIN_SECONDS)],
    // Without a deregistration, as when supervisord restarts it, the load balancer has to notice first.
    ...(delay === 0 ? [] : ['--drainDelay', String(delay)]),
    ...trustProxy.flatMap((cidr) => ['--trustProxy', cidr]),
    ...tls,
  ];
}
