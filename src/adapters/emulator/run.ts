import { startEmulator } from './emulator.ts';
import type { EmulatorOptions } from './options.ts';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Serves until a signal, then stops the functions in order; a second signal kills them.
 * @returns the exit code, 0
 * @throws as `startEmulator`
 */
export async function runEmulator(options: EmulatorOptions): Promise<number> {
  const { logger, functions } = options;
  const emulator = await startEmulator(options);
  const { url, httpUrl } = emulator;
  logger.info('listening', { url, functions, httpUrl });
  await new Promise<void>((resolve, reject) => {
    let stopping = false;
    const onSignal = (signal: NodeJS.Signals) => {
      logger.info(stopping ? 'stopping at once' : 'stopping', { signal });
      if (stopping) return emulator.kill();
      stopping = true;
      emulator.close().then(resolve, reject);
    };
    for (const name of SIGNALS) process.on(name, onSignal);
  });
  logger.info('stopped');
  return 0;
}
