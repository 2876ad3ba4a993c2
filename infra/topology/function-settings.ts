/** Settings of one Lambda function: at its handler in the registry, or by its name in the topology, which goes before. */
import { LAMBDA_MEMORY_MB, LAMBDA_TIMEOUT_SECONDS, LOG_RETENTION_DAYS } from '../../src/aws/quotas.ts';
import { HTTP_HANDLER, type LambdaSettings, LOG_LEVELS } from '../../src/core/index.ts';
import { environmentProblems } from './environment.ts';
import { DESTINATION, SECURITY_GROUP_ID, SUBNET } from './forms.ts';
import { type Label, tableProblems, type Unchecked } from './problems.ts';
import type { OptionsOf, Table } from './rows.ts';
import { merged } from './stages.ts';
import type { ServiceDescription, Sides, Topology } from './types.ts';

/** Instances of a function that exist at the same time, as an account may have them at most. */
const MOST_INSTANCES = 100_000;

export const FUNCTION_SETTINGS = {
  memorySize: { kind: 'whole', ...LAMBDA_MEMORY_MB, help: 'Memory, MB' },
  timeout: { kind: 'whole', ...LAMBDA_TIMEOUT_SECONDS, help: 'Timeout, seconds' },
  environment: { kind: 'pairs', check: environmentProblems, help: 'Environment over that of all functions' },
  reservedConcurrency: {
    kind: 'whole',
    ...{ min: 0, max: MOST_INSTANCES },
    help: 'Invocations at the same time, set aside for this function; 0 stops it',
  },
  provisionedConcurrency: {
    kind: 'whole',
    ...{ min: 1, max: MOST_INSTANCES },
    help: 'Environments that are kept started, without cold starts; they cost all the time',
  },
  retries: { kind: 'whole', min: 0, max: 2, help: 'Further tries of an asynchronous invocation' },
  maxEventAge: {
    kind: 'whole',
    ...{ min: 60, max: 21_600 },
    help: 'Seconds for which an asynchronous invocation may wait',
  },
  onFailure: {
    kind: 'text',
    form: DESTINATION,
    help: 'Where asynchronous invocations go that failed: ARN of a queue, topic, function or event bus',
  },
  onSuccess: { kind: 'text', form: DESTINATION, help: 'Where the results of asynchronous invocations go' },
  subnetIds: {
    kind: 'list',
    form: SUBNET,
    needs: ['securityGroupIds'],
    help: 'Subnets of this function, in place of those of all',
  },
  securityGroupIds: {
    kind: 'list',
    form: SECURITY_GROUP_ID,
    needs: ['subnetIds'],
    help: 'Security groups of this function there',
  },
  tracing: { kind: 'switch', help: 'Active tracing by X-Ray' },
  logLevel: { kind: 'choice', values: LOG_LEVELS, help: 'The least level that is logged' },
  logRetentionDays: { kind: 'choice', values: LOG_RETENTION_DAYS, help: 'Days that the log is kept' },
} as const satisfies Table;

export type FunctionSettings = OptionsOf<typeof FUNCTION_SETTINGS>;

/** What holds for one function. */
export function settingsOf(
  { service, functions = {} }: Pick<Topology, 'service' | 'functions'>,
  handler: string,
): FunctionSettings {
  const own = service.handlers?.[handler]?.lambda ?? {};
  return merged<LambdaSettings>(own, functions[handler] ?? {}) as FunctionSettings;
}

/** What is wrong with the settings of functions, one line each. */
export function functionSettingsProblems(
  functions: Readonly<Record<string, unknown>> | undefined,
  service: ServiceDescription,
  sides: Sides,
): string[] {
  const own = Object.entries(service.handlers ?? {}).flatMap(([handler, { lambda }]) =>
    lambda === undefined ? [] : settingsProblems(`function ${JSON.stringify(handler)}: lambda`, lambda),
  );
  const given = Object.entries(functions ?? {}).flatMap(([handler, settings]) => {
    const where = `functions.${handler}`;
    const known = handler === HTTP_HANDLER ? service.hasRoutes : service.functions.includes(handler);
    if (!known) return [`${where}: there is no such function`];
    if (!sides.lambda.includes(handler)) return [`${where}: it does not run in Lambda in this stage`];
    return settingsProblems(where, settings);
  });
  return [...own, ...given];
}

function settingsProblems(where: string, settings: unknown): string[] {
  if (typeof settings !== 'object' || settings === null) return [`${where} must be an object`];
  const values = settings as Unchecked;
  const label: Label = (name) => `${where}.${name}`;
  const unknown = Object.keys(values).filter((name) => !Object.hasOwn(FUNCTION_SETTINGS, name));
  return [
    ...unknown.map((name) => `${where}: there is no option ${name}`),
    ...tableProblems(FUNCTION_SETTINGS, values, label),
  ];
}
