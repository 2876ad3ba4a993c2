import { LOG_RETENTION_DAYS } from '../../../src/aws/quotas.ts';
import { environmentProblems } from '../environment.ts';
import { MANAGED_POLICY } from '../forms.ts';
import type { Table } from '../rows.ts';
import { runOnProblems } from '../run-on.ts';
import { secretProblems } from '../secrets.ts';

export const SERVER_AND_FUNCTIONS = {
  environment: {
    kind: 'pairs',
    flag: 'env',
    check: environmentProblems,
    default: {},
    help: 'Environment of functions and server, readable in the template',
  },
  secrets: {
    kind: 'pairs',
    flag: 'secret',
    check: secretProblems,
    regional: true,
    help: 'Variable that a secret fills at start: its ARN in Secrets Manager, or ARN or name of an SSM parameter',
  },
  runOn: {
    kind: 'pairs',
    check: runOnProblems,
    absent: 'as the registry says',
    help: 'Where a handler runs in this stage, by its name, `GET /path`, `/path` or `*`: lambda, instances or both',
  },
  logRetentionDays: {
    kind: 'choice',
    values: LOG_RETENTION_DAYS,
    default: 30,
    help: 'Days that logs are kept',
  },
  logs: {
    kind: 'switch',
    side: 'instances',
    help: 'Forward the logs of server and worker to CloudWatch Logs',
  },
  permissionsBoundary: {
    kind: 'text',
    form: MANAGED_POLICY,
    absent: 'none',
    help: 'Policy that bounds what every role of the template may do, whatever else it is granted',
  },
} as const satisfies Table;
