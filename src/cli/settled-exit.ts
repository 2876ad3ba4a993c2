/** What V8's compiler threads get at most to finish, milliseconds. Their jobs take a few. */
const SETTLE_MS = 10;
const STEP_MS = 2;
/** V8's compilers that have threads of their own. */
const COMPILERS = ['sparkplug', 'maglev', 'turbofan'];

/**
 * `process.exit` joins V8's compiler threads, and one that has no memory left waits for a collection by the main thread,
 * which never comes again: the process hangs for ever (nodejs/node#54918). So no job begins at the end, and between short
 * waits the main thread does what one that runs asks for.
 */
export function settleAtExit(): void {
  process.once('exit', settle);
}

function settle(): void {
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  for (const compiler of COMPILERS) setFlagsFromString(`--no-${compiler}`);
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; waited < SETTLE_MS; waited += STEP_MS) Atomics.wait(cell, 0, 0, STEP_MS);
}
