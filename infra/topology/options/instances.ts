import {
  DEFAULT_DRAIN_SECONDS,
  DEFAULT_PORT,
  DEFAULT_STARTRETRIES,
  DEFAULT_STOPWAITSECS,
  MAX_STARTRETRIES,
  MAX_STOPWAITSECS,
} from '../../../src/adapters/supervisor/index.ts';
import { READINESS_PATH } from '../../../src/core/index.ts';
import {
  CIDR,
  KEY_PAIR,
  limitedCidr,
  MANAGED_POLICY,
  PROCESSES,
  SECRET,
  SECRET_VERSION,
  URL_PATH,
} from '../forms.ts';
import { MAX_DRAIN } from '../longest-drain.ts';
import type { Table } from '../rows.ts';

/** The server's own limit, bytes. */
const MAX_BODY = 2 ** 31;

export const INSTANCES = {
  port: {
    kind: 'whole',
    min: 1024,
    max: 65_535,
    default: DEFAULT_PORT,
    side: 'server',
    help: 'HTTP port of the instances',
  },
  appCidr: {
    kind: 'text',
    side: 'entry',
    form: CIDR,
    absent: 'nobody',
    parameter: 'AppCidr',
    help: 'IPv4 range that may reach the HTTP port, or the load balancer where there is one',
  },
  key: {
    kind: 'text',
    side: 'instances',
    form: KEY_PAIR,
    parameter: 'KeyName',
    help: 'EC2 key pair; without it nobody can log in',
  },
  sshCidr: {
    kind: 'text',
    side: 'instances',
    form: limitedCidr('would open SSH to the whole internet'),
    needs: ['key'],
    absent: 'nobody',
    parameter: 'SshCidr',
    help: 'IPv4 range that may reach port 22',
  },
  ssm: {
    kind: 'switch',
    side: 'instances',
    help: "Session Manager instead of SSH; Ubuntu's images bring its agent, Debian's do not",
  },
  instancePolicies: {
    kind: 'list',
    form: MANAGED_POLICY,
    side: 'instances',
    help: 'Managed policy of the role of the instances',
  },
  bodyLimit: {
    kind: 'whole',
    min: 0,
    max: MAX_BODY,
    side: 'server',
    absent: "Lambda's 6 MB",
    help: 'Largest request body that the instances take, bytes',
  },
  requestTimeout: {
    kind: 'whole',
    min: 1,
    max: MAX_STOPWAITSECS,
    side: 'server',
    absent: 'any time',
    help: 'Seconds that a route may take on the instances',
  },
  processes: {
    kind: 'text',
    form: PROCESSES,
    side: 'server',
    absent: '1',
    help: 'Processes of the server on each instance, auto for one each core',
  },
  drainTimeout: {
    kind: 'whole',
    min: 0,
    max: MAX_DRAIN,
    side: 'instances',
    absent: String(DEFAULT_DRAIN_SECONDS),
    help: 'Seconds that running requests and messages may take to end; the deregistration and SIGKILL follow',
  },
  tlsSecretArn: {
    kind: 'text',
    side: 'server',
    form: SECRET,
    regional: true,
    help: 'Secret with certificate and privateKey: the instances serve HTTPS',
  },
  tlsSecretVersion: {
    kind: 'text',
    side: 'server',
    form: SECRET_VERSION,
    needs: ['tlsSecretArn'],
    absent: 'the current one at first boot',
    help: 'Version id of that secret; a new one replaces the instances',
  },
  http2: {
    kind: 'switch',
    side: 'server',
    needs: ['tlsSecretArn'],
    help: 'The instances serve HTTP/2 beside HTTP/1.1, which is what a load balancer speaks to them',
  },
  startretries: {
    kind: 'whole',
    side: 'instances',
    min: 0,
    max: MAX_STARTRETRIES,
    default: DEFAULT_STARTRETRIES,
    help: 'Starts of the server that may fail in a row before supervisord gives it up',
  },
  readinessPath: {
    kind: 'text',
    side: 'server',
    flag: false,
    form: URL_PATH,
    default: READINESS_PATH,
    help: 'Path that answers 2xx once the server is ready',
  },
  stopwaitsecs: {
    kind: 'whole',
    side: 'instances',
    flag: false,
    min: 1,
    max: MAX_STOPWAITSECS,
    absent: `${DEFAULT_STOPWAITSECS}, longer behind a load balancer and with a longer drain`,
    help: 'Seconds between SIGTERM and SIGKILL on the instances',
  },
} as const satisfies Table;
