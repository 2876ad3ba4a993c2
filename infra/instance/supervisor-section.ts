import {
  DEFAULT_DRAIN_SECONDS,
  DEFAULT_STOPWAITSECS,
  SupervisorConfigError,
  type SupervisorOptions,
  supervisorConfig,
} from '../../src/adapters/supervisor/index.ts';
import { DETECTION_SECONDS } from '../template/load-balancer.ts';
import { ProvisionError } from '../topology/errors.ts';
import type { Topology } from '../topology/types.ts';

/** Certificate chain and private key on the instances. */
export const tlsFile = (slug: string, part: 'certificate' | 'privateKey'): string =>
  `/etc/${slug}/tls/${part}.pem`;

/**
 * The supervisord section of the server on the instances.
 *
 * @throws ProvisionError in place of the supervisor adapter's own error
 */
export function programSection(topology: Topology): string {
  try {
    return supervisorConfig(programOptions(topology));
  } catch (error) {
    throw error instanceof SupervisorConfigError ? new ProvisionError(error.message) : error;
  }
}

function programOptions(topology: Topology): SupervisorOptions {
  const { slug, account, port, environment, startretries, logRotation, alb } = topology;
  const log = (file: string) => ({ ...logRotation, file: `/var/log/${slug}/${file}` });
  const delay = alb === undefined ? 0 : DETECTION_SECONDS;
  return {
    name: slug,
    command: `/opt/${slug}/app`,
    args: serverArgs(topology, delay),
    drainSeconds: delay + DEFAULT_DRAIN_SECONDS,
    port,
    user: account,
    directory: `/var/lib/${slug}`,
    environment,
    startretries,
    stopwaitsecs: topology.stopwaitsecs ?? delay + DEFAULT_STOPWAITSECS,
    stdout: log('stdout.log'),
    stderr: log('stderr.log'),
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
