import { logicalName } from '../../../infra/topology/names.ts';
import { ConfigError, HTTP_HANDLER, type Service } from '../../core/index.ts';
import { defineAction } from '../command.ts';
import { FlagError } from '../flag-values.ts';
import { print } from '../output.ts';
import { isReadable, parsed } from '../readable.ts';
import { type AwsFlags, checkAwsFlags, withAws, withAwsFlags } from './aws-flags.ts';
import { readableLine, sourceOf } from './log-lines.ts';
import { chosenStage, target } from './stage.ts';
import { together } from './together.ts';

interface Flags extends AwsFlags {
  readonly handler?: string;
  readonly follow: boolean;
  readonly since: string;
  readonly json: boolean;
}

export const logsCommand = defineAction<Flags>({
  builder: (yargs) =>
    withAwsFlags(yargs)
      .positional('handler', { type: 'string', describe: 'One handler, http for the routes (default all)' })
      .option('follow', {
        boolean: true,
        default: false,
        describe: 'Go on with what is logged, until Ctrl-C',
      })
      .option('since', {
        string: true,
        default: '10m',
        describe: 'How far back: 30s, 10m, 2h, 1d, or a time',
      })
      .option('json', { boolean: true, default: false, describe: 'Print one JSON object a line' }),
  handler: async (flags, tools) => {
    const service = await tools.service();
    const stage = await chosenStage(flags, tools);
    const where = target(flags, stage, service);
    const { checkStackName, findStack, followEvents, logGroupsOf } = await import(
      '../../../infra/deploy/index.ts'
    );
    const [since] = together(
      () => sinceFlag(flags.since, Date.now()),
      () => checkHandler(flags.handler, service),
      () => checkAwsFlags(flags),
      () => checkStackName(where.stack),
    );
    const { SERVER_LOGS } = await import('../../../infra/template/names.ts');
    return withAws(where, async (aws) => {
      const stack = await findStack(aws, where.stack);
      if (!stack) throw new ConfigError(`there is no stack ${where.stack} in ${aws.region}`);
      const all = await logGroupsOf(aws, stack.StackId!);
      // The log of the instances belongs to every handler: its lines do not tell them apart.
      const groups = all.filter(({ name }) => name === SERVER_LOGS || isOf(name, flags.handler));
      if (groups.length === 0) throw new ConfigError(noGroups(where.stack, flags.handler));
      const line = lineFormat(flags.json);
      const follow = flags.follow ? new AbortController().signal : undefined;
      for await (const event of followEvents(aws, groups, since, follow)) await print(line(event));
    });
  },
});

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** @returns milliseconds since 1970. @throws FlagError */
export function sinceFlag(value: string, now: number): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(value) ?? [];
  if (unit !== undefined) return now - Number(count) * UNITS[unit as keyof typeof UNITS];
  // Date.parse takes much that nobody means as a time.
  const time = /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new FlagError(
      `--since ${JSON.stringify(value)}: it must be such as 30s, 10m, 2h, 1d, or a time as 2026-01-31T08:00Z`,
    );
  }
  return time;
}

function checkHandler(handler: string | undefined, { functions, routes }: Service): void {
  if (handler === undefined || functions.has(handler)) return;
  if (handler === HTTP_HANDLER && routes.length > 0) return;
  const known = [...(routes.length > 0 ? [HTTP_HANDLER] : []), ...functions.keys()];
  throw new FlagError(`logs: there is no handler ${JSON.stringify(handler)}: there is ${known.join(', ')}`);
}

const isOf = (group: string, handler: string | undefined): boolean =>
  handler === undefined || group === `${logicalName(handler)}FunctionLogs`;

function noGroups(stack: string, handler: string | undefined): string {
  const whose = handler === undefined ? '' : ` of handler ${handler}`;
  return `stack ${stack} has no log group${whose}: what runs on instances logs to CloudWatch with --logs only`;
}

type Format = (event: Parameters<typeof readableLine>[0]) => string;

/** For a reader at a terminal, else as it was logged. */
function lineFormat(json: boolean): Format {
  if (json) {
    return (event) => {
      const { time, message } = event;
      const record = { time: new Date(time).toISOString(), source: sourceOf(event) };
      return JSON.stringify({ ...record, message: parsed(message) ?? message });
    };
  }
  return isReadable(process.stdout) ? readableLine : ({ message }) => message;
}
