// Loaded first by the processes that tests start from source: compiled code is kept, which halves their start.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

enableCompileCache(join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'amphi-test'));
