import { DEFAULT_DRAIN_SECONDS, DEFAULT_KEEP_ALIVE_SECONDS, DEFAULT_PORT } from '../../server/defaults.ts';
import { trustedProxies } from '../../server/proxies.ts';
import { defineAction } from '../command.ts';
import { handedConnections } from '../dev-parent.ts';
import { FlagError } from '../flag-values.ts';
import { portFlag, secondsFlag, wholeFlag } from '../flags.ts';
import { outliveReaders, streamLogger, streamMetrics } from '../output.ts';
import { memberOf, processesFlag, runTogether } from '../processes.ts';

interface Flags {
  readonly port: string;
  readonly host: string;
  readonly trustProxy?: string[];
  readonly bodyLimit: string;
  readonly drainDelay: string;
  readonly drainTimeout: string;
  readonly requestTimeout?: string;
  readonly keepAliveTimeout: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly http2?: boolean;
  readonly invokeApi: 'loopback' | 'token' | 'all' | 'off';
  readonly maxConnections?: string;
  readonly metricsPath?: string;
  readonly processes?: string;
}

const HOUR_S = 3600;
const MAX_BODY = 2 ** 31;
/** Above the 4,000 that a load balancer can have. */
const MAX_KEEP_ALIVE_S = 4_100;
const MAX_CONNECTIONS = 1_000_000;

export const httpServerCommand = defineAction<Flags>({
  builder: (yargs) =>
    yargs
      // Strings: yargs would turn a bad number into NaN, and the error could not show what was given.
      .option('port', {
        string: true,
        default: String(DEFAULT_PORT),
        describe: 'TCP port; 0 takes a free one',
      })
      .option('host', { string: true, default: '0.0.0.0', describe: 'Address to listen on' })
      .option('trustProxy', {
        string: true,
        array: true,
        describe: 'CIDR of proxies whose X-Forwarded-* count',
      })
      .option('bodyLimit', { string: true, default: '6291456', describe: 'Largest request body, bytes' })
      .option('drainDelay', {
        string: true,
        default: '0',
        describe: 'Seconds between failing readiness and closing',
      })
      .option('drainTimeout', {
        string: true,
        default: String(DEFAULT_DRAIN_SECONDS),
        describe: 'Seconds that running requests may take to end',
      })
      .option('requestTimeout', {
        string: true,
        describe: 'Seconds a handler may take; without it, any time',
      })
      .option('keepAliveTimeout', {
        string: true,
        default: String(DEFAULT_KEEP_ALIVE_SECONDS),
        describe: 'Seconds that a connection may be idle; more than a load balancer in front allows',
      })
      .option('tlsCert', { string: true, describe: 'PEM certificate chain: serve HTTPS', implies: 'tlsKey' })
      .option('tlsKey', { string: true, describe: 'PEM private key', implies: 'tlsCert' })
      .option('http2', { boolean: true, describe: 'HTTP/2 beside HTTP/1.1, over TLS', implies: 'tlsCert' })
      .option('invokeApi', {
        choices: ['loopback', 'token', 'all', 'off'] as const,
        default: 'loopback',
        describe:
          'Who may call functions by the Invoke API: this machine, who has AMPHI_INVOKE_TOKEN, anyone, nobody',
      })
      .option('metricsPath', {
        string: true,
        describe: 'Serve metrics for Prometheus at this path, e.g. /metrics; default nowhere',
      })
      .option('maxConnections', {
        string: true,
        describe: 'Connections at the same time; more are closed at once (default 16384)',
      })
      .option('processes', {
        string: true,
        describe: 'Processes that share the port, or auto for one each core (default 1); SIGHUP renews them',
      })
      .group(['port', 'host', 'processes', 'tlsCert', 'tlsKey', 'http2'], 'Listening:')
      .group(['trustProxy', 'invokeApi', 'metricsPath'], 'Who is let in:')
      .group(['bodyLimit', 'requestTimeout', 'keepAliveTimeout', 'maxConnections'], 'Limits:')
      .group(['drainDelay', 'drainTimeout'], 'Drain:'),
  handler: async (flags, tools) => {
    const member = memberOf(process.env);
    const logger = member
      ? streamLogger(process.stdout, { process: member.number })
      : streamLogger(process.stdout);
    const tls =
      flags.tlsCert !== undefined && flags.tlsKey !== undefined
        ? { certFile: flags.tlsCert, keyFile: flags.tlsKey }
        : undefined;
    const options = {
      port: portFlag(flags.port),
      host: flags.host,
      trustProxy: proxiesFlag(flags.trustProxy),
      bodyLimit: wholeFlag(flags.bodyLimit, '--bodyLimit', 0, MAX_BODY),
      drainDelayMs: secondsFlag(flags.drainDelay, '--drainDelay', HOUR_S),
      drainTimeoutMs: secondsFlag(flags.drainTimeout, '--drainTimeout', HOUR_S),
      requestTimeoutMs:
        flags.requestTimeout === undefined
          ? undefined
          : secondsFlag(flags.requestTimeout, '--requestTimeout', 24 * HOUR_S),
      keepAliveTimeoutMs: wholeFlag(flags.keepAliveTimeout, '--keepAliveTimeout', 1, MAX_KEEP_ALIVE_S) * 1000,
      tls,
      http2: flags.http2,
      invokeApi: flags.invokeApi,
      invokeToken: process.env.AMPHI_INVOKE_TOKEN,
      maxConnections:
        flags.maxConnections === undefined
          ? undefined
          : wholeFlag(flags.maxConnections, '--maxConnections', 1, MAX_CONNECTIONS),
      configure: tools.extension.configureServer,
      accept: handedConnections(),
      metricsPath: pathFlag(flags.metricsPath),
      logger,
      member,
    };
    const processes = processesFlag(flags.processes);
    outliveReaders();
    if (processes > 1 && member === undefined) return runTogether(processes, options);
    const { resolveFunction } = await import('../../adapters/lambda/runtime/invokable.ts');
    const { runHttpServer } = await import('../../adapters/http/index.ts');
    const service = await tools.service();
    return runHttpServer(service, {
      ...options,
      metrics: streamMetrics(process.stdout, service.name),
      requestTimeoutMs: options.requestTimeoutMs || undefined,
      resolveFunction,
    });
  },
});

/** @throws FlagError for what is no plain path */
function pathFlag(path: string | undefined): string | undefined {
  if (path === undefined || /^\/[\w./-]*$/.test(path)) return path;
  throw new FlagError(`--metricsPath ${JSON.stringify(path)}: it must be a plain path such as /metrics`);
}

/** @throws FlagError naming the first that is no CIDR */
function proxiesFlag(entries: readonly string[] | undefined): string[] | undefined {
  try {
    return trustedProxies(entries);
  } catch (error) {
    throw new FlagError(`--${(error as Error).message}`);
  }
}
