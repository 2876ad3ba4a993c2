/** Runs one contender of a curve: `curve-worker.ts NAME SIZE WARMUP_MS MEASURED_MS`; prints `{rate}` as JSON. */
import { BATCHES } from './curves/batches.ts';
import { DISPATCH } from './curves/dispatch.ts';

const [name = '', size, warmup, measured] = process.argv.slice(2);

/** @returns what does the work once and says how many runs that was */
const make = { ...DISPATCH, ...BATCHES }[name];
if (!make) throw new Error(`there is no contender ${name}`);
const work = await make(Number(size));

/** Runs a second of CPU time, which tells the same on a busy machine. */
async function rate(ms: number): Promise<number> {
  const [end, before] = [performance.now() + ms, process.cpuUsage()];
  let count = 0;
  do {
    const done = work();
    count += typeof done === 'number' ? done : await done;
  } while (performance.now() < end);
  const { user, system } = process.cpuUsage(before);
  return (count / (user + system)) * 1e6;
}

await rate(Number(warmup));
console.log(JSON.stringify({ rate: await rate(Number(measured)) }));
