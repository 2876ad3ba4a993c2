import t from 'tap';
import { nodeCommand } from '../support/node.ts';
import { runCommand } from '../support/run-app.ts';

// V8's tag for code caches changes with its flags, and is all that tells of them.
const main = (exit: string) => `
import v8 from 'node:v8';
import { run } from 'amphi';
const running = v8.cachedDataVersionTag();
let start;
process.on('exit', () => (start = performance.now()));
void run(async () => ({ registry: { freeze: () => { ${exit} } } }), { argv: ['describe'] });
process.on('exit', (code) => {
  const ending = v8.cachedDataVersionTag() !== running;
  console.error(JSON.stringify({ code, ending, waited: performance.now() - start > 9 }));
});
`;

const dir = t.testdir({ 'own.ts': main('process.exit(3);'), 'end.ts': main('throw new Error("none");') });

for (const [name, code] of [
  ['own.ts', 3],
  ['end.ts', 1],
] as const) {
  t.test(`${name}: no compile job begins once the process ends, and those that run get time`, async (t) => {
    const [node, ...args] = nodeCommand(`${dir}/${name}`);
    const result = await runCommand(node, args);
    t.equal(result.code, code);
    t.match(result.stderr, `{"code":${code},"ending":true,"waited":true}`);
  });
}
