import { dirname, join, relative } from 'node:path';
import t from 'tap';
import { bundle } from '../../../src/build/executable/bundle.ts';
import { findEager } from '../../../src/build/executable/eager.ts';

const root = join(import.meta.dirname, '..', '..', '..', 'src');
const entry = join(root, 'app', 'main.ts');

// Each of these costs a Lambda cold start 2 ms (node:net) to 60 ms (Fastify).
const NODE = ['node:stream', 'node:net', 'node:http', 'node:https', 'node:http2'];
const HEAVY = ['fastify', 'yargs', 'find-my-way', 'undici', ...NODE];

t.test('the sample service loads nothing heavy on the way to its first Lambda event', async (t) => {
  const { metafile } = await bundle(entry, []);
  const key = (path: string) => relative(dirname(entry), join(root, path));
  for (const path of ['app/main.ts', 'adapters/lambda/runtime/run.ts']) {
    t.equal(findEager(metafile, key(path), HEAVY)?.chain.join(' -> '), undefined, path);
  }
  const runtime = key('adapters/lambda/runtime/run.ts');
  t.equal(
    findEager(metafile, runtime, ['node:async_hooks'])?.name,
    'node:async_hooks',
    'the check sees a module where it belongs',
  );
});
