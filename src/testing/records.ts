import { isObject, merged, type Plain } from './merged.ts';

/** The sample's record with what is given over it. */
type RecordOf = (given: Plain, sample: Plain, index: number) => Plain;

const textOf = (value: unknown): unknown => (typeof value === 'string' ? value : JSON.stringify(value));

/** A queue gives each message an id of its own, by which failures of a batch are told. */
const sqs: RecordOf = (given, sample, index) => {
  const messageId = `${String(sample.messageId).slice(0, -4)}${String(index + 1).padStart(4, '0')}`;
  const body = 'body' in given ? { body: textOf(given.body) } : {};
  return merged({ ...sample, messageId }, { ...given, ...body });
};

const sns: RecordOf = (given, sample) => {
  const isOwn = ([name]: [string, unknown]) => Object.hasOwn(sample, name);
  const own = Object.fromEntries(Object.entries(given).filter(isOwn));
  const message = Object.fromEntries(Object.entries(given).filter((entry) => !isOwn(entry)));
  const text = 'Message' in message ? { Message: textOf(message.Message) } : {};
  return merged(merged(sample, own), { Sns: { ...message, ...text } });
};

const s3: RecordOf = ({ bucket, key, size, ...given }, sample) => {
  const named = bucket === undefined ? {} : { name: bucket, arn: `arn:aws:s3:::${bucket}` };
  const object = {
    ...(key === undefined ? {} : { key: encodedKey(String(key)) }),
    ...(size === undefined ? {} : { size }),
  };
  return merged(merged(sample, { s3: { bucket: named, object } }), given);
};

/** S3 writes keys as a form does. */
function encodedKey(key: string): string {
  return encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
}

const RECORD_OF: Readonly<Record<string, RecordOf>> = { sqs, 'sqs-fifo': sqs, sns, s3 };

/** How the records of a source are made; `undefined` where the event is given as a whole. */
export function recordOf(source: string): RecordOf | undefined {
  return Object.hasOwn(RECORD_OF, source) ? RECORD_OF[source] : undefined;
}

/** Overrides of records as a list; `undefined` for what is none. */
export function asList(overrides: unknown): readonly Plain[] | undefined {
  const list: readonly unknown[] = Array.isArray(overrides) ? overrides : [overrides];
  return list.every(isObject) ? list : undefined;
}
