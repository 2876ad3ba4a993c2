import type { EventSource } from '../../../../../core/index.ts';
import { THROUGH_QUEUE } from '../shared/delivery.ts';
import { defineSource, malformedEvent } from '../shared/event-source.ts';
import { optionError } from '../shared/option-checks.ts';
import { type Parts, requireParts } from '../shared/parts.ts';
import type { CloudWatchLogsTrigger, ResourceRef } from '../shared/triggers.ts';

export interface CloudWatchLogsOptions {
  /** Name of the log group, never the function's own; without it the template declares no trigger. */
  readonly logGroup?: ResourceRef;
  /** Default: every event. */
  readonly filterPattern?: string;
}

export interface LogEvents {
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly subscriptionFilters: readonly string[];
  readonly logEvents: readonly {
    readonly id: string;
    readonly time: Date;
    readonly message: string;
    /** Fields that the filter pattern takes out. */
    readonly extractedFields: Readonly<Record<string, string>> | undefined;
  }[];
  /** The data after decompression. */
  readonly raw: unknown;
}

/**
 * Log events by a subscription filter, decompressed: up to some thousand at once. The control messages by which
 * CloudWatch Logs checks the function are answered without the handler.
 * @throws ConfigError
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { cloudWatchLogs } from 'amphi/events';
 *
 * export const registry = createRegistry({ name: 'orders' });
 *
 * registry.event('errors', cloudWatchLogs({ logGroup: '/orders/web', filterPattern: 'ERROR' }), ({ logEvents }) => {
 *   console.log(logEvents[0]?.message); // ERROR payment refused
 * });
 * ```
 */
export function cloudWatchLogs(
  options: CloudWatchLogsOptions = {},
): EventSource<LogEvents, unknown, CloudWatchLogsTrigger> {
  const { logGroup, filterPattern = '' } = options;
  if (typeof logGroup === 'string' && !/^[\w./#-]{1,512}$/.test(logGroup))
    throw optionError('cloudwatch-logs', 'logGroup', logGroup, 'it must be the name of a log group');
  const trigger: CloudWatchLogsTrigger | undefined =
    logGroup === undefined ? undefined : { type: 'cloudwatch-logs', logGroup, filterPattern };
  return defineSource<LogEvents, unknown, CloudWatchLogsTrigger>({
    type: 'cloudwatch-logs',
    onInstances: THROUGH_QUEUE,
    trigger,
    check: (event) => requireParts('cloudwatch-logs', event, { 'awslogs.data': 'text' }),
    run: async (event: { awslogs: { data: string } }, context, handler) => {
      const data = await unpack(event.awslogs.data);
      if (data?.messageType === 'CONTROL_MESSAGE') return;
      requireParts('cloudwatch-logs', data, DATA, 'in awslogs.data ');
      for (const entry of data.logEvents)
        requireParts('cloudwatch-logs', entry, ENTRY, 'in awslogs.data a log event: ');
      return handler(decode(data), context);
    },
  });
}

interface Data {
  readonly messageType: string;
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly subscriptionFilters: readonly string[];
  readonly logEvents: readonly {
    readonly id: string;
    readonly timestamp: number;
    readonly message: string;
    readonly extractedFields?: Readonly<Record<string, string>>;
  }[];
}

const DATA: Parts = {
  owner: 'text?',
  logGroup: 'text',
  logStream: 'text',
  subscriptionFilters: 'texts?',
  logEvents: 'objects',
};
const ENTRY: Parts = { id: 'text', timestamp: 'millis', message: 'text', extractedFields: 'object?' };

async function unpack(data: string): Promise<Data> {
  // zlib only where logs come: it is no part of the start of a function.
  const { gunzipSync } = await import('node:zlib');
  try {
    return JSON.parse(gunzipSync(Buffer.from(data, 'base64')).toString('utf8'));
  } catch (error) {
    throw malformedEvent('cloudwatch-logs', `awslogs.data is no gzipped JSON (${(error as Error).message})`);
  }
}

function decode(data: Data): LogEvents {
  const { owner = '', logGroup, logStream, subscriptionFilters = [] } = data;
  const logEvents = data.logEvents.map(({ id, timestamp, message, extractedFields }) => {
    return { id, time: new Date(timestamp), message, extractedFields };
  });
  return { owner, logGroup, logStream, subscriptionFilters, logEvents, raw: data };
}
