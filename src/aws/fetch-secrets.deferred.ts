/** Secrets Manager and SSM: an asset of the executable, loaded only where secrets are named. */
import { ConfigError } from '../core/index.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** SSM gives so many in one call. */
const PARAMETERS_AT_ONCE = 10;
const loadSecrets = async () => (await import('./sdk.deferred.ts')).loadSecrets();
const REQUEST = { connectionTimeout: 3_000, requestTimeout: 5_000 };

/** @throws ConfigError naming each variable and where it was looked for; never a value */
export async function fetchSecrets(json: string, env: Env): Promise<Record<string, string>> {
  const wanted = Object.entries(parsed(json));
  const isSecret = ([, from]: [string, string]) => from.split(':')[2] === 'secretsmanager';
  const found = await Promise.all([
    ...wanted.filter(isSecret).map(([name, from]) => fetchSecret(name, from)),
    ...byRegion(
      wanted.filter((entry) => !isSecret(entry)),
      env,
    ).map(([region, entries]) => fetchParameters(region, entries)),
  ]);
  const problems = found.flat().filter((each): each is Missing => 'problem' in each);
  if (problems.length > 0) throw new ConfigError(problems.map(({ problem }) => problem).join('\n'));
  return Object.fromEntries(found.flat().map((each) => [each.name, (each as Found).value]));
}

interface Found {
  readonly name: string;
  readonly value: string;
}

interface Missing {
  readonly name: string;
  readonly problem: string;
}

function parsed(json: string): Record<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    value = undefined;
  }
  const texts = Object.values((value ?? []) as object);
  if (
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value) ||
    !texts.every((text) => typeof text === 'string')
  )
    throw new ConfigError(
      'AMPHI_SECRETS must be a JSON object of variables, each with the ARN or name of its secret',
    );
  return value as Record<string, string>;
}

function missing(name: string, from: string, error: unknown): Missing {
  const { name: type = 'Error', message = String(error) } = error as Error;
  return { name, problem: `secret ${name}: ${from} could not be fetched: ${type}: ${message}` };
}

async function fetchSecret(name: string, arn: string): Promise<(Found | Missing)[]> {
  const { GetSecretValueCommand, SecretsManagerClient } = await loadSecrets();
  const client = new SecretsManagerClient({ region: arn.split(':')[3]!, requestHandler: REQUEST });
  try {
    const { SecretString, SecretBinary } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    return [{ name, value: SecretString ?? Buffer.from(SecretBinary ?? []).toString('base64') }];
  } catch (error) {
    return [missing(name, arn, error)];
  } finally {
    client.destroy();
  }
}

/** Those without a region in an ARN are in the function's or instance's own. */
function byRegion(
  entries: readonly [string, string][],
  env: Env,
): [string | undefined, [string, string][]][] {
  const groups = Map.groupBy(entries, ([, from]) =>
    from.startsWith('arn:') ? from.split(':')[3] : env.AWS_REGION,
  );
  return [...groups].flatMap(([region, group]) =>
    Array.from(
      { length: Math.ceil(group.length / PARAMETERS_AT_ONCE) },
      (_, index): [string | undefined, [string, string][]] => [
        region,
        group.slice(index * PARAMETERS_AT_ONCE, (index + 1) * PARAMETERS_AT_ONCE),
      ],
    ),
  );
}

async function fetchParameters(
  region: string | undefined,
  entries: readonly [string, string][],
): Promise<(Found | Missing)[]> {
  const { GetParametersCommand, SSMClient } = await loadSecrets();
  const client = new SSMClient({ ...(region ? { region } : {}), requestHandler: REQUEST });
  try {
    const Names = [...new Set(entries.map(([, from]) => from))];
    const { Parameters = [] } = await client.send(new GetParametersCommand({ Names, WithDecryption: true }));
    return entries.map(([name, from]) => {
      const value = Parameters.find(({ Name, ARN }) => Name === from || ARN === from)?.Value;
      return value === undefined
        ? missing(name, from, new Error('there is no such parameter'))
        : { name, value };
    });
  } catch (error) {
    return entries.map(([name, from]) => missing(name, from, error));
  } finally {
    client.destroy();
  }
}
