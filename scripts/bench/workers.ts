/** Workers of a queue, and how they are started. */
import type { ChildProcess } from 'node:child_process';
import { start } from './children.ts';
import type { WorkPlace } from './work-off.ts';

/** Messages at a time. */
export const CONCURRENCY = 50;
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

export interface Worker {
  readonly name: string;
  /** @param visibility of messages, seconds */
  start(place: WorkPlace, env: Readonly<Record<string, string>>, visibility: number): ChildProcess;
}

export function amphiWorker(file: string): Worker {
  return {
    name: 'amphi worker',
    start: ({ queueArn, endpoint }, env, visibility) => {
      const flags = ['--concurrency', String(CONCURRENCY), '--visibilityTimeout', String(visibility)];
      const args = [
        'worker',
        '--queue',
        `work=${queueArn}`,
        ...flags,
        '--healthPort',
        '0',
        '--endpointUrl',
        endpoint,
      ];
      return start(file, args, { env: { ...CREDENTIALS, ...env, AMPHI_LOG_LEVEL: 'FATAL' }, core: 1 });
    },
  };
}

export function sqsConsumer(file: string): Worker {
  return {
    name: 'sqs-consumer',
    start: ({ queueUrl, endpoint }, env, visibility) => {
      const place = { QUEUE_URL: queueUrl, ENDPOINT: endpoint, VISIBILITY: String(visibility) };
      return start(file, [], {
        env: { ...CREDENTIALS, ...env, ...place, CONCURRENCY: String(CONCURRENCY) },
        core: 1,
      });
    },
  };
}
