/** Runs one contender of a curve: `curve-worker.ts NAME SIZE WARMUP_MS MEASURED_MS`; prints `{rate}`, runs a second, as JSON. */
import { BATCHES } from './curves/batches.ts';
import { DISPATCH } from './curves/dispatch.ts';

const [name = '', size, warmup, measured] = process.argv.slice(2);

/** @returns what does the work once and says how many runs that was */
const make = { ...DISPATCH, ...BATCHES }[name];
if (!make) throw new Error(`there is no contender ${name}`);
const work = await make(Number(size));

async function rate(ms: number): Promise<number> {
  const begin = performance.now();
  let [count, spent] = [0, 0];
  while (spent < ms) {
    const done = work();
    count += typeof done === 'number' ? done : await done;
    spent = performance.now() - begin;
  }
  return (count / spent) * 1000;
}

await rate(Number(warmup));
console.log(JSON.stringify({ rate: await rate(Number(measured)) }));
