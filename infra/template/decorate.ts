import { ProvisionError } from '../topology/errors.ts';
import type { Template, Topology } from '../topology/types.ts';
import { attributeProblem } from './checks/attributes.ts';
import { circleProblems } from './checks/circles.ts';
import { measureProblems } from './checks/measures.ts';
import { referencesOf } from './checks/references.ts';

/** Sections whose entries have logical names. */
const NAMED = ['Parameters', 'Mappings', 'Conditions', 'Resources', 'Outputs'] as const;

/**
 * The template after the topology's decorator.
 *
 * @throws ProvisionError naming each inconsistency in what the decorator returned
 */
export function decorated(template: Template, topology: Topology): Template {
  const { decorate } = topology;
  if (decorate === undefined) {
    const problems = measureProblems({ ...template });
    if (problems.length > 0) throw new ProvisionError(...problems.map((text) => `template: ${text}`));
    return template;
  }
  const copy = structuredClone(template);
  const result: unknown = decorate(copy, topology) ?? copy;
  const problems = isRecord(result) ? templateProblems(result) : ['it is no object'];
  if (problems.length > 0) throw new ProvisionError(...problems.map((text) => `decorated template: ${text}`));
  return completed(result as Json);
}

/** As in the JSON text: without undefined values, and with every section. */
function completed(template: Json): Template {
  const { Parameters = {}, Conditions = {}, Outputs = {} } = template;
  return JSON.parse(JSON.stringify({ ...template, Parameters, Conditions, Outputs }));
}

type Json = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is wrong with a template, each line with its path; `[]` for nothing. */
export function templateProblems(template: Json): string[] {
  const problems = NAMED.flatMap((section) => sectionProblems(section, template[section]));
  const resources = isRecord(template.Resources) ? template.Resources : {};
  if (Object.keys(resources).length === 0) problems.push('Resources: there are none');
  for (const [name, resource] of Object.entries(resources)) {
    if (!isRecord(resource) || typeof resource.Type !== 'string')
      problems.push(`Resources.${name}: it has no Type`);
  }
  if (problems.length > 0) return problems;
  const references = [...referenceProblems(template)];
  // What is no JSON cannot be measured.
  return references.length > 0 ? references : [...circleProblems(resources), ...measureProblems(template)];
}

function sectionProblems(section: string, entries: unknown): string[] {
  if (entries === undefined) return [];
  if (!isRecord(entries)) return [`${section}: it is no object`];
  return Object.keys(entries)
    .filter((name) => !/^[A-Za-z0-9]{1,255}$/.test(name))
    .map((name) => `${section}: ${JSON.stringify(name)} is not an alphanumeric logical name`);
}

interface Known {
  readonly values: ReadonlySet<string>;
  readonly resources: ReadonlySet<string>;
  readonly conditions: ReadonlySet<string>;
  readonly mappings: ReadonlySet<string>;
  /** Of resources by name. */
  readonly types: ReadonlyMap<string, string>;
}

function* referenceProblems(template: Json): Generator<string> {
  const keys = (section: string) => Object.keys((template[section] ?? {}) as Json);
  const resources = keys('Resources');
  const known: Known = {
    values: new Set([...keys('Parameters'), ...resources]),
    resources: new Set(resources),
    conditions: new Set(keys('Conditions')),
    mappings: new Set(keys('Mappings')),
    types: new Map(
      Object.entries(template.Resources as Readonly<Record<string, { readonly Type: string }>>).map(
        ([name, { Type }]) => [name, Type],
      ),
    ),
  };
  for (const section of NAMED) yield* valueProblems(template[section], section, known);
  for (const section of ['Resources', 'Outputs'] as const)
    for (const [name, entry] of Object.entries((template[section] ?? {}) as Json))
      yield* attributeProblems(entry as Json, `${section}.${name}`, known);
}

/** DependsOn and Condition, which stand beside the properties. */
function* attributeProblems(entry: Json, path: string, known: Known): Generator<string> {
  for (const other of [entry.DependsOn ?? []].flat())
    if (!known.resources.has(String(other))) yield `${path}.DependsOn: there is no resource ${other}`;
  if (entry.Condition !== undefined && !known.conditions.has(String(entry.Condition)))
    yield `${path}.Condition: there is no condition ${entry.Condition}`;
}

function* valueProblems(value: unknown, path: string, known: Known): Generator<string> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* valueProblems(item, `${path}.${index}`, known);
  } else if (isRecord(value)) {
    for (const [key, child] of Object.entries(value)) {
      yield* intrinsicProblems(key, child, path, known);
      yield* valueProblems(child, `${path}.${key}`, known);
    }
  } else if (
    value !== null &&
    value !== undefined &&
    !['string', 'number', 'boolean'].includes(typeof value)
  ) {
    yield `${path}: a ${typeof value} is no JSON value`;
  }
}

function* intrinsicProblems(key: string, value: unknown, path: string, known: Known): Generator<string> {
  const missing = (name: string) => `${path}: ${key} names ${name}, which is not in the template`;
  for (const { by, name, attribute } of referencesOf(key, value)) {
    if (name.startsWith('AWS::')) continue;
    const there = by === 'Fn::GetAtt' ? known.resources.has(name) : known.values.has(name);
    const type = attribute === undefined ? undefined : known.types.get(name);
    const problem = type === undefined ? undefined : attributeProblem(type, attribute!);
    if (!there) yield missing(name);
    else if (problem !== undefined) yield `${path}: ${key} names ${name}.${attribute}: ${problem}`;
  }
  if (key === 'Fn::FindInMap' && Array.isArray(value)) {
    if (typeof value[0] === 'string' && !known.mappings.has(value[0])) yield missing(value[0]);
  } else if (key === 'Fn::If' && Array.isArray(value)) {
    if (!known.conditions.has(value[0])) yield missing(value[0]);
  }
}
