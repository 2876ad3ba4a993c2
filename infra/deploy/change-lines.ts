import type { Change, ResourceChange, ResourceChangeDetail } from '@aws-sdk/client-cloudformation';
import { costLines } from './cost.ts';
import { paint } from './paint.ts';
import { printable, table } from './table.ts';

/** One line per resource, those that lose or renew something marked, with the values before and after below it. */
export function changeLines(changes: readonly Change[]): string[] {
  if (changes.length === 0) return ['no resource changes, but parameters, outputs, tags or the description'];
  const resources = changes.flatMap(({ ResourceChange: change }) => change ?? []);
  const rows = resources.map((change) => [
    change.Action ?? '',
    change.LogicalResourceId ?? '',
    change.ResourceType ?? '',
    how(change) || (change.Scope ?? []).join(', '),
  ]);
  const [header, ...lines] = table(rows, ['ACTION', 'RESOURCE', 'TYPE', 'HOW']);
  const painted = lines.flatMap((line, index) => {
    const change = resources[index]!;
    return [paint(styleOf(change), line), ...valueLines(change)];
  });
  return [header!, ...painted, ...costLines(resources)];
}

function how({ Action, Replacement, PolicyAction }: ResourceChange): string {
  if (Action === 'Remove' && PolicyAction === 'Retain') return 'leaves the stack, and stays';
  if (Replacement === 'True')
    return PolicyAction === 'ReplaceAndRetain' ? 'replaced, the old one stays' : 'replaced';
  return Replacement === 'Conditional' ? 'maybe replaced' : '';
}

function styleOf({ Action, Replacement }: ResourceChange) {
  if (Action === 'Remove' || Replacement === 'True') return 'red';
  return Action === 'Add' ? 'green' : 'yellow';
}

/** Where the values are told; one property may come more than once, for each reason that it changes. */
function valueLines({ Action, Details = [] }: ResourceChange): string[] {
  if (Action !== 'Modify') return [];
  return [...new Set(Details.flatMap(valueLine))].map((line) => `    ${line}`);
}

function valueLine({ Target }: ResourceChangeDetail): string[] {
  const { Attribute = '', Name, Path, BeforeValue, AfterValue, RequiresRecreation } = Target ?? {};
  if (BeforeValue === undefined && AfterValue === undefined) return [];
  const where = Path?.replace(/^\//, '').replaceAll('/', '.') || [Attribute, Name].filter(Boolean).join('.');
  const replaces = RequiresRecreation === 'Always' ? '  (replaces it)' : '';
  return [`${where}: ${change(BeforeValue, AfterValue)}${replaces}`];
}

/** Two values side by side, long ones where they begin to differ. */
export function change(before: string | undefined, after: string | undefined): string {
  if (before === undefined || after === undefined) return `${excerpt(before)} → ${excerpt(after)}`;
  let same = 0;
  while (same < before.length && before[same] === after[same]) same++;
  const start = before.length > WIDTH || after.length > WIDTH ? Math.max(0, same - CONTEXT) : 0;
  return `${excerpt(before, start)} → ${excerpt(after, start)}`;
}

/** The most characters of one value, and how many of them are the same in both. */
const WIDTH = 60;
const CONTEXT = 12;

function excerpt(text: string | undefined, start = 0): string {
  if (text === undefined) return '(none)';
  if (text === '') return "''";
  const part = printable(text.slice(start, start + WIDTH));
  return `${start > 0 ? '…' : ''}${part}${text.length > start + WIDTH ? '…' : ''}`;
}
