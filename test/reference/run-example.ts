/**
 * Runs an example. One that exports a registry is shown the sample event of each of its sources, as `app events` prints
 * it. Arguments: the example's path.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SAMPLES } from '../../src/adapters/lambda/sources/samples/index.ts';
import { Context, createLogger, type Registry } from '../../src/core/index.ts';

const path = process.argv[2]!;
process.argv.splice(2);
const { registry } = (await import(path)) as { registry?: Registry };

if (registry) {
  // CloudFormation waits for the answer of a custom resource.
  const cloudFormation = createServer(
    (request, response) => void request.resume().on('end', () => response.end()),
  );
  await new Promise<void>((resolve) => cloudFormation.listen(0, '127.0.0.1', resolve));
  const { port } = cloudFormation.address() as AddressInfo;
  for (const { name, source, handler } of registry.freeze().functions.values()) {
    const event = await SAMPLES[source!.type]!.load();
    const logger = createLogger({ write: (line) => process.stderr.write(line) });
    const context = new Context({
      requestId: '1',
      functionName: name,
      deadline: Date.now() + 10_000,
      logger,
    });
    await handler({ ...(event as object), ResponseURL: `http://127.0.0.1:${port}/` }, context);
    context.finish();
  }
  cloudFormation.close();
}
