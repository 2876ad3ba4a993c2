import { defineTopology } from 'amphi';

/**
 * What `app provision` deploys; flags of the same names go before it. With `stages: { dev: {}, prod: {} }` each has
 * settings of its own over these, and `--stage` chooses.
 */
export const topology = defineTopology({ memorySize: 512, timeout: 30 });
