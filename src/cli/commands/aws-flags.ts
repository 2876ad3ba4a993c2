import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Argv } from 'yargs';
import type { Aws, Session } from '../../../infra/deploy/index.ts';
import { ConfigError } from '../../core/index.ts';
import { FlagError } from '../flag-values.ts';
import { print } from '../output.ts';
import { ROLE_FLAG } from './role-flag.ts';

/** Flags of every command that talks to AWS. */
export interface AwsFlags {
  readonly stage?: string;
  readonly stack?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly endpointUrl?: string;
}

/** Chooses among the stages of the service's topology. */
export const STAGE_FLAG = { string: true, describe: "Stage of the service's topology" } as const;

export function withAwsFlags(yargs: Argv): Argv {
  return yargs
    .option('stage', STAGE_FLAG)
    .option('stack', {
      string: true,
      describe: 'CloudFormation stack (default the name of the service, and that of the stage behind it)',
    })
    .option('region', { string: true, describe: 'AWS region (default AWS_REGION or the profile)' })
    .option('profile', { string: true, describe: 'Named profile of the AWS configuration files' })
    .option('endpointUrl', { string: true, describe: 'One endpoint for all AWS services, for a stand-in' })
    .group(['stage', 'stack', 'region', 'profile', 'endpointUrl'], 'Stack and AWS:');
}

/** Of commands that change a stack, once that is confirmed. @param question what is not asked then */
export function withChangeFlags(yargs: Argv, question: string): Argv {
  return yargs
    .option('roleArn', ROLE_FLAG)
    .option('yes', { boolean: true, default: false, describe: question })
    .option('json', JSON_FLAG);
}

export const JSON_FLAG = { boolean: true, default: false, describe: 'Print the result as JSON' } as const;

/** Signals that end a command, with its exit code then: 128 and the signal's number. */
const ENDS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** How long taking back what is prepared may take before the process ends all the same, milliseconds. */
const UNDO_MS = 15_000;

/** @throws FlagError naming the flag */
export function checkAwsFlags(flags: AwsFlags): void {
  const { endpointUrl } = flags;
  if (endpointUrl !== undefined && !/^https?:$/.test(URL.parse(endpointUrl)?.protocol ?? '')) {
    throw new FlagError(`--endpointUrl ${JSON.stringify(endpointUrl)}: it must be an http or https URL`);
  }
}

/**
 * Runs the work with AWS at hand. Progress goes to standard error, so that standard output holds the result only.
 * @param yes answers every question with yes
 */
export async function withSession<T>(
  flags: AwsFlags,
  yes: boolean,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { connect, explained } = await import('../../../infra/deploy/index.ts');
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  let session: Session | undefined;
  const watch = watchSignals(() => session, say);
  try {
    const confirm = async (question: string) => yes || ask(question);
    session = { aws: await connect(flags), say, confirm, interrupted: '' };
    const result = await work(session);
    await watch.ending;
    return result;
  } catch (error) {
    // What is being taken back makes the work fail: the signal's own words are told, and its exit code is given.
    await watch.ending;
    if (session?.interrupted) say(`app: ${session.interrupted}`);
    throw explained(error);
  } finally {
    watch.stop();
  }
}

/** Runs work that changes nothing in AWS: a signal may end it anywhere. */
export async function withAws<T>(flags: AwsFlags, work: (aws: Aws) => Promise<T>): Promise<T> {
  const { connect, explained } = await import('../../../infra/deploy/index.ts');
  try {
    return await work(await connect(flags));
  } catch (error) {
    throw explained(error);
  }
}

/** The first signal takes back what is prepared, tells what goes on and ends the process; a second one ends it at once. */
function watchSignals(session: () => Session | undefined, say: (line: string) => void) {
  const watch = { ending: undefined as Promise<never> | undefined, stop: () => {} };
  const listeners = Object.entries(ENDS).map(([signal, code]) => {
    const listener = () => {
      if (watch.ending) process.exit(code);
      watch.ending = endSession(session(), say, code);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  watch.stop = () => listeners.forEach((off) => void off());
  return watch;
}

async function endSession(
  session: Session | undefined,
  say: (line: string) => void,
  code: number,
): Promise<never> {
  let left = '';
  if (session) session.ending = true;
  if (session?.undo) {
    say('\napp: interrupted; taking back what is prepared');
    const late = sleep(UNDO_MS, 'taking back the change set takes too long: look for it in CloudFormation');
    left = await Promise.race([session.undo(), late]);
  }
  const told = [session?.interrupted || 'no stack was changed', left, session?.stays]
    .filter(Boolean)
    .join('; ');
  say(`\napp: interrupted; ${told}`);
  process.exit(code);
}

/** Nobody can be asked without a terminal: that is told before anything is done. @throws ConfigError */
export function requireAnswerer(yes: boolean, command: string): void {
  if (yes || process.stdin.isTTY) return;
  throw new ConfigError(`${command}: standard input is no terminal, so nobody can confirm; give --yes`);
}

// At the prompt Ctrl-C and Ctrl-D are a no, so that what was prepared is cleaned up.
async function ask(question: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const left = new AbortController();
  prompt.once('SIGINT', () => left.abort()).once('close', () => left.abort());
  try {
    const answer = await prompt.question(`${question} [y/N] `, { signal: left.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if ((error as Error).name === 'AbortError') return false;
    throw error;
  } finally {
    prompt.close();
  }
}

/** `--NAME Key=Value` pairs, repeatable. @throws FlagError for a wrong one or a key given twice */
export function pairsFlag(flag: string, pairs: readonly string[] = []): Record<string, string> {
  const values: Record<string, string> = {};
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const key = pair.slice(0, equals);
    if (equals < 1) throw new FlagError(`--${flag} ${JSON.stringify(pair)}: it must be Name=Value`);
    if (Object.hasOwn(values, key)) throw new FlagError(`--${flag} ${key}: given more than once`);
    values[key] = pair.slice(equals + 1);
  }
  return values;
}

/** Outputs as a table, or anything as JSON. */
export async function printResult(json: boolean, value: object, lines: readonly string[]): Promise<void> {
  if (json) await print(JSON.stringify(value, null, 2));
  else if (lines.length > 0) await print(lines.join('\n'));
}
