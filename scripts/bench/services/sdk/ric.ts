/** The same as registry.ts for aws-lambda-ric, which has no routes. */
import { HELLO } from '../hello.ts';
import { read } from './work.ts';

export const handler = async (event: { key?: string }): Promise<string> =>
  event.key === undefined ? HELLO : read(event.key);
