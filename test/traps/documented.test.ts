// Limits of AWS that no code can lift: whoever runs a service has to read of them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const read = (path: string) =>
  readFileSync(join(import.meta.dirname, '..', '..', path), 'utf8').replace(/\s+/g, ' ');

t.test('what AWS takes away is documented', async (t) => {
  const architecture = read('ARCHITECTURE.md');
  t.match(architecture, /an HTTP API decodes `%2F` in the path/);
  t.match(architecture, /single-value ALB .*keep the last of a repeated query key and send one Set-Cookie/);
});

t.test('what a load balancer cannot do is documented, and what is untried', async (t) => {
  const infra = read('infra/README.md');
  t.match(infra, /not fail over by themselves/);
  t.match(infra, /1 MB at most, and no WebSockets/);
  t.match(infra, /Nothing here has run on real AWS/);
});
