import t from 'tap';
import { commands } from '../../src/cli/commands/index.ts';
import { nameOf } from '../../src/cli/extension.ts';
import { COMMAND_NAMES, isLambdaStart } from '../../src/cli/run.ts';
import { startFakeRuntimeApi } from '../support/fake-runtime-api.ts';
import { startLambda } from '../support/lambda-process.ts';
import { nodeCommand } from '../support/node.ts';
import { APP, noApp, runMain, SAMPLE_MAIN } from '../support/run-app.ts';

const IN_LAMBDA = { AWS_LAMBDA_RUNTIME_API: '127.0.0.1:1' };

t.test('the list of command names is the table of commands, and the help of yargs', async (t) => {
  t.same([...COMMAND_NAMES].sort(), [...commands.map(nameOf), 'help'].sort());
});

t.test('what starts the loop', async (t) => {
  const cases: [argv: string[], inLambda: boolean, elsewhere: boolean][] = [
    [[], true, false],
    [['lambda'], true, true],
    [['http'], true, false],
    [['hello'], true, false],
    [['hello', 'world'], false, false],
    [['--help'], false, false],
    [['-h'], false, false],
    ...COMMAND_NAMES.filter((name) => name !== 'lambda').map((name): [string[], boolean, boolean] => [
      [name],
      false,
      false,
    ]),
  ];
  for (const [argv, inLambda, elsewhere] of cases) {
    t.equal(isLambdaStart(argv, IN_LAMBDA), inLambda, `in Lambda: ${argv.join(' ')}`);
    t.equal(isLambdaStart(argv, {}), elsewhere, `elsewhere: ${argv.join(' ')}`);
  }
});

const STARTS = [
  { what: 'from source', command: nodeCommand(SAMPLE_MAIN), skip: false as const },
  { what: 'the executable', command: [APP], skip: noApp },
];

for (const { what, command, skip } of STARTS) {
  t.test(`a container image's CMD is the handler, before _HANDLER: ${what}`, { skip }, async (t) => {
    for (const cmd of ['http', 'hello']) {
      const api = await startFakeRuntimeApi();
      const lambda = startLambda(api, { handler: 'nightly', command: [...command, cmd] });
      const outcome = await api.invoke({ name: 'image' });
      const answer = JSON.parse(outcome.body.toString());
      // The routes refuse an event that is no request's, which tells that they got it.
      const wanted = cmd === 'hello' ? { message: 'Hello image from Omega!' } : { errorMessage: /HTTP/ };
      t.match(answer, wanted, cmd);
      await lambda.stop();
      await api.close();
    }
  });

  t.test(`an argument that is no handler is told to the Runtime API: ${what}`, { skip }, async (t) => {
    const api = await startFakeRuntimeApi();
    const lambda = startLambda(api, { handler: 'hello', command: [...command, 'nobody'] });
    t.equal(await lambda.exited, 1);
    t.match(JSON.parse(String(api.initErrors[0]?.body)), {
      errorMessage: /"nobody", use one of http, hello/,
    });
    await api.close();
  });
}

t.test('a command is a command in Lambda too', async (t) => {
  const { code, stdout } = await runMain(SAMPLE_MAIN, ['version'], { env: IN_LAMBDA });
  t.equal(code, 0);
  t.match(stdout, /^omega /);
});
