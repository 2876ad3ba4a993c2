import { createRegistry } from '../../src/core/index.ts';

/** Takes its settings when the module is loaded, as services do. */
const { DB_PASSWORD, API_KEY, PLAIN } = process.env;

export const registry = createRegistry({ name: 'secretive' });
registry.function('show', () => ({ DB_PASSWORD, API_KEY, PLAIN }));
