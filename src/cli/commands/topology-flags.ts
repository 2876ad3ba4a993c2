import type { Argv, Options } from 'yargs';
import type { ServiceDescription, TopologyOptions } from '../../../infra/index.ts';
import { helpText } from '../../../infra/topology/describe-option.ts';
import { OptionsError } from '../../../infra/topology/errors.ts';
import {
  OPTION_GROUPS,
  TOPOLOGY_OPTIONS,
  type TopologyFlags,
} from '../../../infra/topology/options/index.ts';
import { tableProblems } from '../../../infra/topology/problems.ts';
import type { Row } from '../../../infra/topology/rows.ts';
import { merged, type Stage } from '../../../infra/topology/stages.ts';
import {
  ConfigError,
  type HandlerOptions,
  type Placement,
  placementOf,
  type RunOn,
  type Service,
} from '../../core/index.ts';
import type { Extension } from '../command.ts';
import { environmentFlag } from '../flags.ts';
import { STAGE_FLAG } from './aws-flags.ts';

export type { TopologyFlags };

/** Flag and row of every option that has one. */
const FLAGS = Object.entries<Row>(TOPOLOGY_OPTIONS).flatMap(([option, row]) => {
  const flag = row.flag ?? option;
  return flag === false ? [] : [{ option, flag, row }];
});

/**
 * Adds the flags of the topology, shared by every command that emits or deploys it.
 * None is demanded by yargs: the infra module names every problem at once, missing flags too.
 */
export function withTopologyFlags(yargs: Argv): Argv {
  for (const { flag, row } of FLAGS) yargs.option(flag, flagOption(row));
  for (const [title, table] of Object.entries(OPTION_GROUPS)) yargs.group(flagsOf(table), `${title}:`);
  return yargs.option('stage', STAGE_FLAG);
}

const flagsOf = (table: object): string[] =>
  FLAGS.filter(({ option }) => Object.hasOwn(table, option)).map(({ flag }) => flag);

/** The values of a flag that has but a few. */
export function choicesOf(name: string): readonly (string | number)[] {
  const row = FLAGS.find(({ flag }) => flag === name)?.row;
  return row?.kind === 'choice' ? row.values : [];
}

function flagOption(row: Row): Options {
  const describe = helpText(TOPOLOGY_OPTIONS, row);
  if (row.kind === 'switch') return { boolean: true, describe };
  // Numbers too: yargs would turn a bad one into NaN, and the error could not show what was given.
  return { string: true, array: row.kind === 'list' || row.kind === 'pairs', describe };
}

/** The options of `emitTopology`, which validates them. */
export function topologyOptions(
  flags: TopologyFlags,
  stage: Stage,
  service: Service,
  extension: Extension,
): TopologyOptions {
  const given: Readonly<Record<string, unknown>> = flags;
  const settings = FLAGS.map(({ option, flag, row }) => [option, optionValue(row, given[flag])]);
  const options = merged(settingsOf(stage), Object.fromEntries(settings)) as TopologyOptions;
  return {
    ...options,
    service: descriptionOf(service, checkedRunOn(options)),
    decorate: decoratorOf(extension, flags),
  };
}

/** The stage's options; handlers on both sides find its name in AMPHI_STAGE. */
function settingsOf({ name, settings }: Stage): Partial<TopologyOptions> {
  const options = Object.entries(settings).filter(
    ([option]) => option === 'functions' || Object.hasOwn(TOPOLOGY_OPTIONS, option),
  );
  const environment =
    name === undefined ? {} : { environment: { AMPHI_STAGE: name, ...settings.environment } };
  return { ...Object.fromEntries(options), ...environment };
}

/** `NAME=value` texts by name; with one that is none they go on as they are. */
function pairsValue(texts: readonly string[] = []): unknown {
  return texts.every((text) => text.indexOf('=') > 0) ? environmentFlag(texts) : texts;
}

/** What is no number goes on as it is, so that the refusal can show it. */
function optionValue(row: Row, value: unknown): unknown {
  if (row.kind === 'pairs') return pairsValue(value as string[] | undefined);
  const numeric = row.kind === 'whole' || (row.kind === 'choice' && typeof row.values[0] === 'number');
  return numeric && typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
}

function decoratorOf({ decorateTemplate }: Extension, flags: TopologyFlags): TopologyOptions['decorate'] {
  return (
    decorateTemplate &&
    ((template, topology) => decorateTemplate(template, { flags: { ...flags }, topology }))
  );
}

/** A value that is wrong is refused later, with all others. */
function checkedRunOn({ runOn }: TopologyOptions): Readonly<Record<string, RunOn>> | undefined {
  const wrong = tableProblems({ runOn: TOPOLOGY_OPTIONS.runOn }, { runOn });
  return wrong.length > 0 ? undefined : (runOn as Readonly<Record<string, RunOn>>);
}

/** @throws OptionsError for a handler that cannot run where it is placed */
function descriptionOf(
  service: Service,
  runOn: Readonly<Record<string, RunOn>> | undefined,
): ServiceDescription {
  const { name, version } = service;
  const placement = placed(service, runOn);
  const functions = [...service.functions.values()];
  const triggers = functions.flatMap(({ name, source }) => (source?.trigger ? [[name, source.trigger]] : []));
  return {
    name,
    version,
    functions: functions.map(({ name }) => name),
    hasRoutes: service.routes.length > 0,
    routes: placement.routes.map(({ route, runOn }) => ({
      method: route.method,
      path: route.path,
      ...needsOf(route.options, runOn),
    })),
    handlers: Object.fromEntries(
      placement.functions.map(({ entry, runOn }) => [
        entry.name,
        { source: entry.source?.type, lambda: entry.options.lambda, ...needsOf(entry.options, runOn) },
      ]),
    ),
    triggers: Object.fromEntries(triggers),
  };
}

function placed(service: Service, runOn: Readonly<Record<string, RunOn>> | undefined): Placement {
  try {
    return placementOf(service, runOn);
  } catch (error) {
    throw error instanceof ConfigError ? new OptionsError(...error.message.split('\n')) : error;
  }
}

function needsOf({ permissions, invokes }: HandlerOptions, runOn: RunOn) {
  return { runOn, permissions, invokes };
}
