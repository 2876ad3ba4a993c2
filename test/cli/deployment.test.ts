import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { stageOf } from '../../infra/topology/stages.ts';
import { type DeploymentFlags, plannedDeployment } from '../../src/cli/commands/deployment.ts';
import { checkOutputs, writeOutputs } from '../../src/cli/commands/outputs-file.ts';
import { createRegistry } from '../../src/core/index.ts';

const registry = createRegistry({ name: 'shop', version: '1.0.0' });
registry.get('/', () => 'hello');
const service = registry.freeze();

const stage = stageOf(
  { s3Bucket: 'my-artifacts', appCidr: '10.0.0.0/8', parameters: { VpcId: 'vpc-1', MaxSize: '4' } },
  undefined,
);

const planned = async (flags: DeploymentFlags) => {
  const { deployment } = await plannedDeployment(flags, stage, service, {});
  return { parameters: deployment.parameters, flagged: deployment.flagged };
};

t.test('the command line goes before the stage, whichever way it says a parameter', async (t) => {
  t.same(await planned({}), {
    parameters: { VpcId: 'vpc-1', MaxSize: '4' },
    flagged: { AppCidr: '10.0.0.0/8' },
  });
  t.same(await planned({ maxSize: '6' }), {
    parameters: { VpcId: 'vpc-1' },
    flagged: { AppCidr: '10.0.0.0/8', MaxSize: '6' },
  });
  t.same(await planned({ parameter: ['AppCidr=192.168.0.0/16'] }), {
    parameters: { VpcId: 'vpc-1', MaxSize: '4', AppCidr: '192.168.0.0/16' },
    flagged: {},
  });
  // Said twice at one place: the check of the parameters refuses that.
  t.match(await planned({ maxSize: '6', parameter: ['MaxSize=7'] }), {
    parameters: { MaxSize: '7' },
    flagged: { MaxSize: '6' },
  });
});

t.test('a --sha256 that is none is refused without --s3Key too', async (t) => {
  await t.rejects(planned({ sha256: 'x' }), { message: /--sha256 "x" is not 64 lower-case hex digits/ });
});

t.test('--outputs: the folder has to be there before anything is deployed', async (t) => {
  const dir = t.testdir();
  const path = join(dir, 'outputs.json');
  await checkOutputs(path);
  await checkOutputs(undefined);
  await t.rejects(checkOutputs(join(dir, 'none', 'x.json')), { message: /there is no folder \S+none$/ });
  await t.rejects(checkOutputs(dir), { message: /that is a folder$/ });
  await writeOutputs(path, { A: 'b' });
  await writeOutputs(path, { A: 'c' });
  t.same(JSON.parse(readFileSync(path, 'utf8')), { A: 'c' });
  t.same(readdirSync(dir), ['outputs.json'], 'nothing else is left');
});
