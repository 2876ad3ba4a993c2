import {
  Context,
  type EventHandler,
  type InvocationContext,
  MAX_TIMER_MS,
} from '../../../../../core/index.ts';
import { malformedEvent } from './event-source.ts';
import type { Nothing } from './nothing.ts';

/** Partial batch response: only these records are delivered again. */
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** A record of a batch that is decoded when its turn comes. */
export interface BatchRecord<Payload> {
  readonly id: string;
  readonly decode: () => Payload;
}

export interface BatchPlan {
  readonly source: string;
  /** Lanes that run at the same time. */
  readonly concurrency: number;
  /** Whether the event source mapping has ReportBatchItemFailures. */
  readonly report: boolean;
  /** Whether a handler of whole batches is called for one without records. */
  readonly evenEmpty?: boolean;
}

/** Records that must be handled in order; after a failure the rest of its lane is left for the next try. */
export type Lane<Payload> = readonly BatchRecord<Payload>[];

/** Milliseconds kept back before the deadline to send the answer, or a tenth of the time left if that is less. */
export const DEADLINE_MARGIN_MS = 500;

/**
 * Runs a handler record by record, lanes side by side.
 *
 * Shortly before the deadline the wait ends: records that are done stay done, all others are reported as failed and
 * the context's signal aborts. Without reporting there is nothing to save, so Lambda's own timeout rules.
 * @returns the records that must come again, in the order of the lanes
 * @throws the first error where failures cannot be reported
 */
export async function runLanes<Payload>(
  lanes: readonly Lane<Payload>[],
  context: InvocationContext,
  handler: EventHandler<Payload>,
  plan: BatchPlan,
): Promise<BatchRecord<Payload>[]> {
  const run = new BatchRun(context, handler, plan);
  await run.all(lanes);
  const failed = lanes.flat().filter((record) => !run.done.has(record));
  if (!plan.report && run.errors.length > 0) throw run.errors[0];
  return failed;
}

class BatchRun<Payload> {
  readonly done = new Set<BatchRecord<Payload>>();
  readonly errors: unknown[] = [];
  readonly #context: InvocationContext;
  readonly #handler: EventHandler<Payload>;
  readonly #plan: BatchPlan;
  #stopped = false;

  constructor(context: InvocationContext, handler: EventHandler<Payload>, plan: BatchPlan) {
    this.#context = context;
    this.#handler = handler;
    this.#plan = plan;
  }

  async all(lanes: readonly Lane<Payload>[]): Promise<void> {
    const finished = this.#plan.concurrency < lanes.length ? this.#byWorkers(lanes) : this.#atOnce(lanes);
    await (this.#plan.report ? beforeDeadline(finished, this.#context, () => this.#stop()) : finished);
  }

  async #atOnce(lanes: readonly Lane<Payload>[]): Promise<void> {
    await Promise.all(lanes.map((lane) => this.#lane(lane)));
  }

  async #byWorkers(lanes: readonly Lane<Payload>[]): Promise<void> {
    const next = lanes.values();
    const worker = async () => {
      // The workers share one iterator, so each lane is taken once.
      for (const lane of next) await this.#lane(lane);
    };
    await Promise.all(Array.from({ length: this.#plan.concurrency }, worker));
  }

  async #lane(lane: Lane<Payload>): Promise<void> {
    for (const record of lane) {
      if (this.#stopped) return;
      try {
        await this.#handler(record.decode(), this.#context);
      } catch (error) {
        this.#fail(record, error);
        return;
      }
      // What ends after the stop has been reported as failed already.
      if (!this.#stopped) this.done.add(record);
    }
  }

  #fail({ id }: BatchRecord<Payload>, error: unknown): void {
    this.errors.push(error);
    if (!this.#stopped)
      this.#context.logger.error('record failed', { source: this.#plan.source, record: id, error });
  }

  #stop(): void {
    this.#stopped = true;
    const { source } = this.#plan;
    this.#context.logger.warn('batch stopped before the deadline', { source, done: this.done.size });
    if (this.#context instanceof Context) this.#context.abort(new Error('the batch has run out of time'));
  }
}

/** Waits for work, but calls `late` and resolves to `undefined` when the deadline is near. */
export async function beforeDeadline<T>(
  work: PromiseLike<T>,
  context: InvocationContext,
  late: () => void,
  marginMs: number = DEADLINE_MARGIN_MS,
): Promise<T | undefined> {
  const left = context.getRemainingTimeInMillis();
  const wait = left - Math.min(marginMs, left / 10);
  if (wait > MAX_TIMER_MS) return work;
  let timer: NodeJS.Timeout | undefined;
  const alarm = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      late();
      resolve(undefined);
    }, wait);
  });
  try {
    return await Promise.race([work, alarm]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs a handler once on what can be decoded of a batch. A lane ends at its first record that cannot, as it would
 * if the handler had failed there.
 * @returns ids to report: those records, and those that the handler names
 * @throws what the handler throws, which fails the whole batch; an Error for an id that is not in the batch
 */
export async function runWhole<Payload>(
  lanes: readonly Lane<Payload>[],
  context: InvocationContext,
  handler: EventHandler<readonly Payload[], BatchResponse | Nothing>,
  plan: BatchPlan,
): Promise<Set<string>> {
  const payloads: Payload[] = [];
  const collect = (payload: Payload) => {
    payloads.push(payload);
  };
  const undecoded = await runLanes(lanes, context, collect, { ...plan, concurrency: 1 });
  const failed = new Set(undecoded.map(({ id }) => id));
  const wanted = payloads.length > 0 || plan.evenEmpty === true;
  const answer = wanted ? await handler(payloads, context) : undefined;
  const known = new Set(lanes.flat().map(({ id }) => id));
  for (const id of namedBy(answer)) {
    if (!known.has(id)) {
      throw new Error(
        `${plan.source}: the handler reported ${JSON.stringify(id)}, which is not in the batch`,
      );
    }
    failed.add(id);
  }
  if (!plan.report && failed.size > 0) throw new Error(`${plan.source}: ${failed.size} records failed`);
  return failed;
}

function namedBy(answer: BatchResponse | Nothing): string[] {
  return (answer?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
}

/** `{ batchItemFailures }`; an empty list is complete success. */
export function batchResponse(ids: Iterable<string>): BatchResponse {
  return { batchItemFailures: [...ids].map((itemIdentifier) => ({ itemIdentifier })) };
}

/**
 * The id by which a record can be reported. Lambda takes a failure without one as a failure of the whole batch, so
 * nothing is run on such a batch.
 */
export function requiredId(id: unknown, source: string, field: string): string {
  if (typeof id === 'string' && id !== '') return id;
  throw malformedEvent(source, `a record has no ${field}`);
}
