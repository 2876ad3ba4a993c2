import type { Argument } from '../intrinsics.ts';

/** Longest text of what a `Ref` may stand for. */
const LONGEST: Readonly<Record<string, number>> = {
  'AWS::StackName': 128,
  'AWS::StackId': 1600,
  'AWS::Region': 25,
  'AWS::URLSuffix': 16,
  RootDevice: 16,
  ServerLogs: 512,
};

/** No ARN of a function or a queue is longer: 61 characters before a name of 64, or 47 before one of 80. */
const ARN_BYTES = 128;

/** The most bytes that pieces may have once resolved, as far as that is known here. */
export function mostBytes(parts: readonly Argument[]): number {
  return parts.reduce((sum, part) => sum + size(part), 0);
}

function size(part: Argument): number {
  if (typeof part === 'string') return Buffer.byteLength(part);
  const known = 'Ref' in part ? LONGEST[part.Ref] : undefined;
  return Math.max(Buffer.byteLength(JSON.stringify(part)), known ?? ARN_BYTES);
}
