import { createRegistry } from '../../../../src/core/index.ts';
import { HELLO } from '../hello.ts';
import { read } from './work.ts';

export const registry = createRegistry({ name: 'bench-sdk' });

registry.get('/', () => HELLO);
registry.get('/objects/:key', (request) => read(request.params.key));
