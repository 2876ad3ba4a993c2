import type { EventHandler, InvocationContext } from '../../../../../core/index.ts';

/**
 * Runs a handler on the records of an event that succeeds or fails as a whole (S3, SNS, CodeCommit): one after the
 * other, all of them, so that a bad record does not keep the others from being seen before AWS sends the event again.
 * @throws the error of the only failure, or an AggregateError of several
 */
export async function runEach<Raw, Payload>(
  records: readonly Raw[],
  decode: (record: Raw) => Payload,
  context: InvocationContext,
  handler: EventHandler<Payload>,
): Promise<void> {
  const errors: unknown[] = [];
  for (const record of records) {
    try {
      await handler(decode(record), context);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1)
    throw new AggregateError(errors, `${errors.length} of ${records.length} records failed`);
}
