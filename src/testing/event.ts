import { ConfigError } from '../core/index.ts';
import { isObject, merged, type Plain } from './merged.ts';
import { asList, recordOf } from './records.ts';
import { EVENTS } from './samples.ts';

export type EventName = keyof typeof EVENTS;

/**
 * An event as AWS sends it: that of `app events`, with your own values over it. Objects are merged at any depth, anything
 * else is replaced. For `sqs`, `sqs-fifo`, `sns` and `s3` the values are those of one record, and a list gives as many:
 * - `sqs`: the record's own fields; a `body` that is no text becomes JSON.
 * - `sns`: also the fields of the message (`Message`, `Subject` ...); a `Message` that is no text becomes JSON.
 * - `s3`: also `bucket`, `key` (as in the bucket) and `size` by themselves.
 * @throws ConfigError for an unknown source, and for overrides that are no object
 * @example
 * ```ts
 * import { event } from 'amphi/testing';
 *
 * const queue = event('sqs', [{ body: { id: 1 } }, { body: 'text' }]);
 * console.log((queue.Records as { body: string }[]).map(({ body }) => body).join(' ')); // {"id":1} text
 * const placed = event('eventbridge', { source: 'shop', detail: { id: 7 } });
 * console.log(placed.source, JSON.stringify(placed.detail)); // shop {"id":7,"total":9.5}
 * ```
 */
export function event(source: EventName, overrides: Plain | readonly Plain[] = {}): Plain {
  if (!Object.hasOwn(EVENTS, source))
    throw new ConfigError(`event ${JSON.stringify(source)}: it is none of ${Object.keys(EVENTS).join(', ')}`);
  const sample = structuredClone(EVENTS[source]) as Plain;
  const make = recordOf(source);
  if (make === undefined) {
    if (!isObject(overrides)) throw new ConfigError(`event ${source}: the overrides must be an object`);
    return merged(sample, overrides);
  }
  const list = asList(overrides);
  if (list === undefined)
    throw new ConfigError(`event ${source}: the overrides must be an object or a list of objects`);
  if (isObject(overrides) && Object.keys(overrides).length === 0) return sample;
  const [first] = sample.Records as [Plain];
  return { ...sample, Records: list.map((each, index) => make(each, first, index)) };
}
