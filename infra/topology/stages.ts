/** A topology that a service keeps in its repository, one for each stage; `defineTopology` of `amphi` gives it its types. */
import { ConfigError, type LambdaSettings, type RunOn } from '../../src/core/index.ts';
import { OptionsError } from './errors.ts';
import { TOPOLOGY_OPTIONS, type TopologySettings } from './options/index.ts';
import { type Label, tableProblems, type Unchecked } from './problems.ts';

type Texts = Readonly<Record<string, string>>;

/** The options of the table, and what else a deployment is given. */
export interface StageSettings extends Omit<Partial<TopologySettings>, 'runOn'> {
  /** Settings of single Lambda functions, by handler; `http` is that of the routes. */
  readonly functions?: Readonly<Record<string, LambdaSettings>>;
  /** Where handlers run, by name, `GET /path`, `/path` or `*`. */
  readonly runOn?: Readonly<Record<string, RunOn>>;
  /** Name of the stack. Default the service's, and the stage's behind it. */
  readonly stack?: string;
  readonly region?: string;
  /** Profile of the AWS configuration files. */
  readonly profile?: string;
  /** ARN of the role by which CloudFormation changes the stack. Default: the rights of who deploys. */
  readonly roleArn?: string;
  /** Values of the stack's parameters, such as `VpcId`. */
  readonly parameters?: Texts;
  /** Tags of the stack. */
  readonly tags?: Texts;
  /** The stack is guarded: termination protection, and a policy against replacing what holds data or takes traffic. */
  readonly protected?: boolean;
}

/** Settings of all stages, and of each one by its name. */
export interface TopologyDefinition extends StageSettings {
  readonly stages?: Readonly<Record<string, StageSettings>>;
}

/** What a command takes from the definition. */
export interface Stage {
  /** `undefined` where the service has no stages. */
  readonly name: string | undefined;
  readonly settings: StageSettings;
}

const STAGE_NAME = /^[a-z][a-z0-9-]{0,19}$/;

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns */
export const isRoleArn = (value: unknown): boolean =>
  typeof value === 'string' && /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(value);

/** What a stage has beside the options of the table. */
const OWN: Readonly<Record<string, 'text' | 'texts' | 'flag' | 'object' | 'role'>> = {
  ...{ stack: 'text', region: 'text', profile: 'text', protected: 'flag', roleArn: 'role' },
  ...{ parameters: 'texts', tags: 'texts', functions: 'object' },
};

/**
 * Checks a definition by the same table as the flags of `app provision`.
 * @throws OptionsError with every problem, each with its stage
 */
export function checkTopology(definition: TopologyDefinition): void {
  const { stages, ...shared }: TopologyDefinition = definition;
  const problems = settingsProblems(shared, '');
  // What is wrong in what all share is told once.
  const sound = problems.length === 0;
  for (const [name, settings] of Object.entries(stages ?? {})) {
    const where = `stages.${name}`;
    if (!STAGE_NAME.test(name))
      problems.push(`${where}: a name is a lower-case letter, then letters, digits or -, at most 20`);
    else if (sound) problems.push(...settingsProblems(merged(shared, settings), `${where}: `));
  }
  if (problems.length > 0) throw new OptionsError(...problems.map((text) => `topology: ${text}`));
}

function settingsProblems(settings: Unchecked | StageSettings, where: string): string[] {
  if (typeof settings !== 'object' || settings === null) return [`${where}it must be an object`];
  const values = settings as Unchecked;
  const unknown = Object.keys(values).filter(
    (name) => !Object.hasOwn(TOPOLOGY_OPTIONS, name) && !Object.hasOwn(OWN, name),
  );
  const label: Label = (name) => `${where}${name}`;
  return [
    ...unknown.map((name) => `${where}there is no option ${name}`),
    ...Object.entries(OWN).flatMap(([name, kind]) => ownProblem(values[name], kind, label(name))),
    // What is missing may be given by a flag.
    ...tableProblems(TOPOLOGY_OPTIONS, values, label).filter((problem) => !problem.endsWith(' is missing')),
  ];
}

function ownProblem(value: unknown, kind: (typeof OWN)[string], label: string): string[] {
  if (value === undefined) return [];
  if (kind === 'text') return typeof value === 'string' && value !== '' ? [] : [`${label} must be a text`];
  if (kind === 'role') return isRoleArn(value) ? [] : [`${label} must be the ARN of an IAM role`];
  if (kind === 'flag') return typeof value === 'boolean' ? [] : [`${label} must be true or false`];
  if (kind === 'object') return isRecord(value) ? [] : [`${label} must be an object`];
  const texts =
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((each) => typeof each === 'string');
  return texts ? [] : [`${label} must be an object of texts`];
}

/**
 * What holds in a stage: its own settings over those that all share; environment, parameters and the like key by key.
 * @throws ConfigError for a stage that is missing or not there
 */
export function stageOf(definition: TopologyDefinition | undefined, name: string | undefined): Stage {
  const { stages, ...shared } = definition ?? {};
  const names = Object.keys(stages ?? {});
  if (name === undefined) {
    if (names.length > 0) throw new ConfigError(`--stage is missing: one of ${names.join(', ')}`);
    return { name, settings: shared };
  }
  if (names.length === 0)
    throw new ConfigError(`--stage ${name}: the topology of this service has no stages`);
  if (!names.includes(name))
    throw new ConfigError(`--stage ${JSON.stringify(name)} is none of ${names.join(', ')}`);
  return { name, settings: merged(shared, stages![name]!) };
}

const isRecord = (value: unknown): value is Unchecked =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The second goes before the first; objects are merged key by key. */
export function merged<T extends object>(one: T, other: object): T {
  const both = Object.entries(other)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => {
      const before = (one as Unchecked)[key];
      return [key, isRecord(value) && isRecord(before) ? { ...before, ...value } : value];
    });
  return { ...one, ...Object.fromEntries(both) };
}
