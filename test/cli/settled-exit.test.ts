import t from 'tap';
import { nodeCommand } from '../support/node.ts';
import { runCommand } from '../support/run-app.ts';

/** Gets hot twice: while the process runs, and when it ends. */
const main = (end: string) => `
import { run } from 'amphi';
const functions = [1, 2].map((n) => new Function('a', 'return (a * ' + n + ' + 7) % 1009'));
const heat = (f) => { for (let i = 0; i < 200_000; i++) f(i); };
let start;
process.on('exit', () => (start = performance.now()));
void run(async () => ({ registry: { freeze: () => { ${end} } } }), { argv: ['describe'] });
heat(functions[0]);
process.on('exit', (code) => {
  console.log('ends with ' + code + (performance.now() - start > 9 ? ' after a while' : ' at once'));
  heat(functions[1]);
});
`;

const dir = t.testdir({ 'own.ts': main('process.exit(3);'), 'thrown.ts': main('throw new Error("none");') });

for (const [name, code] of [
  ['own.ts', 3],
  ['thrown.ts', 1],
] as const) {
  t.test(`${name}: jobs of V8's compilers get time at the end, and no other begins`, async (t) => {
    const [node, ...args] = nodeCommand(`${dir}/${name}`);
    const result = await runCommand(node, ['--trace-opt', ...args]);
    t.equal(result.code, code);
    const [before, after] = result.stdout.split(`ends with ${code} after a while\n`);
    t.match(before, 'compiling method');
    t.notMatch(after ?? 'compiling method', 'compiling method');
  });
}
