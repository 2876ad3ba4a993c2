/** An SQS event of so many messages: each is decoded from JSON and handed to a function, failures are reported one by one. */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { sqs } from '../../../../src/adapters/lambda/sources/events/index.ts';
import { SAMPLES } from '../../../../src/adapters/lambda/sources/samples/index.ts';
import { Context, createLogger, type EventSource } from '../../../../src/core/index.ts';
import type { Work } from './dispatch.ts';

interface Task {
  readonly n: number;
}

const logger = createLogger({ write: () => {} });

export const BATCHES: Readonly<Record<string, (records: number) => Promise<Work>>> = {
  'batch amphi': async (records) => {
    const event = await eventOf(records);
    const source = sqs<Task>({ body: 'json' }) as unknown as EventSource<{ body: Task }>;
    let sum = 0;
    const handler = async ({ body }: { body: Task }) => {
      sum += body.n;
    };
    return checked(records, async () => {
      sum = 0;
      const context = new Context({ requestId: 'curve', functionName: 'curve', logger, event });
      await source.run(event, context, handler as never);
      context.finish();
      return sum;
    });
  },
  'batch powertools': async (records) => {
    const event = (await eventOf(records)) as Parameters<typeof processPartialResponse>[0];
    const processor = new BatchProcessor(EventType.SQS);
    let sum = 0;
    const handler = async ({ body }: { body: string }) => {
      sum += (JSON.parse(body) as Task).n;
    };
    return checked(records, async () => {
      sum = 0;
      await processPartialResponse(event, handler as never, processor);
      return sum;
    });
  },
};

/** Who leaves out a message is not doing the same work. */
function checked(records: number, run: () => Promise<number>): Work {
  const expected = (records * (records - 1)) / 2;
  return async () => {
    const sum = await run();
    if (sum !== expected) throw new Error(`the messages sum up to ${sum}, not ${expected}`);
    return records;
  };
}

async function eventOf(records: number): Promise<unknown> {
  const sample = (await SAMPLES.sqs!.load()) as { Records: Record<string, unknown>[] };
  const [record] = sample.Records;
  const make = (n: number) => ({
    ...structuredClone(record),
    messageId: `m${n}`,
    body: JSON.stringify({ n }),
  });
  return { Records: Array.from({ length: records }, (_, n) => make(n)) };
}
