/** What a picture says of where events come from: bucket, queue, topic, expression. */
import type { EventTrigger } from '../../src/core/index.ts';

/** Settings of triggers that say where events come from, and which. */
const TELLING = [
  ...[
    'bucket',
    'prefix',
    'suffix',
    'queue',
    'topic',
    'stream',
    'expression',
    'bus',
    'repository',
    'branches',
  ],
  ...['logGroup', 'filterPattern', 'ruleSet', 'recipients', 'userPool', 'trigger'],
];

export function triggerLines(trigger: EventTrigger | undefined): string[] {
  const settings: Readonly<Record<string, unknown>> = { ...trigger };
  return TELLING.filter((name) => settings[name] !== undefined && settings[name] !== '').map(
    (name) => `${name} ${refText(settings[name])}`,
  );
}

/** The last part of an ARN, a plain value, or what an expression refers to. */
function refText(value: unknown): string {
  if (typeof value === 'string') return value.startsWith('arn:') ? value.split(/[:/]/).at(-1)! : value;
  if (Array.isArray(value)) return value.map(refText).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  const { parameter, create, name } = value as { parameter?: string; create?: boolean; name?: string };
  if (parameter !== undefined) return `(${parameter})`;
  if (create) return name ?? 'of the stack';
  const [referred] = Object.values(value).flat();
  return `(${typeof referred === 'string' ? referred : 'expression'})`;
}
