/** Runs one contender: `event-worker.ts NAME WARMUP_MS MEASURED_MS`; prints `{rate, result, log}` as JSON. */
import { setImmediate as turn } from 'node:timers/promises';
import { CONTENDERS } from './event-contenders.ts';
import { type Handler, logged, makeEvent } from './event-data.ts';

const [name = '', warmup, measured] = process.argv.slice(2);

/** No event is used twice in a row: each is a fresh object, as from JSON, but making them is not measured. */
const BATCH = 200;

async function run(handler: Handler, ms: number): Promise<number> {
  let [count, spent] = [0, 0];
  while (spent < ms) {
    const events = Array.from({ length: BATCH }, makeEvent);
    const begin = performance.now();
    for (const event of events) await handler(event);
    spent += performance.now() - begin;
    count += BATCH;
    // Whatever a framework leaves to later turns is not piled up.
    await turn();
  }
  return (count / spent) * 1000;
}

const make = CONTENDERS[name];
if (!make) throw new Error(`there is no contender ${name}`);
const handler = await make();
const result = await handler(makeEvent());
const log = logged.last;
await run(handler, Number(warmup));
const rate = await run(handler, Number(measured));
console.log(JSON.stringify({ rate, result, log }));
