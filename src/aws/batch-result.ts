/**
 * Ids of the records that failed, by what a handler of a batch returned: none by an empty result, all by one that is
 * no such report or names a record that is not in the batch.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function failedIds(result: unknown, ids: readonly string[]): ReadonlySet<string> {
  if (result === undefined || result === null) return new Set();
  const { batchItemFailures: items } = result as { batchItemFailures?: unknown };
  if (items === undefined || items === null) return new Set();
  if (!Array.isArray(items)) return new Set(ids);
  const known = new Set(ids);
  const failed = items.map((item) => (item as { itemIdentifier?: unknown } | null)?.itemIdentifier);
  return failed.every((id) => typeof id === 'string' && known.has(id)) ? new Set(failed as string[]) : known;
}
