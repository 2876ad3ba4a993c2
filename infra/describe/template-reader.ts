/** Looks into a template as data. */
import type { Template } from '../topology/types.ts';

export type Properties = Readonly<Record<string, unknown>>;
export type Found = readonly [name: string, properties: Properties];

export function resourcesOf(template: Template, type: string): Found[] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([name, { Properties }]) => [name, Properties as Properties]);
}

/** Logical name of the resource that a Ref or Fn::GetAtt leads to. */
export function target(value: unknown): string | undefined {
  const { Ref, 'Fn::GetAtt': attribute } = (value ?? {}) as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
  return Ref ?? attribute?.[0];
}

/** A range of addresses that is let in. */
export function rangeText(template: Template, value: unknown): string {
  const text = valueText(template, value);
  return text.startsWith('(') ? `nowhere, until ${text.slice(1, -1)} is set` : text;
}

/** A literal, or the default of the parameter that is referred to. */
export function valueText(template: Template, value: unknown): string {
  if (typeof value !== 'object') return String(value);
  const name = target(value);
  const known = name === undefined ? undefined : template.Parameters[name]?.Default;
  return known === undefined || known === '' ? `(${name ?? 'expression'})` : String(known);
}
