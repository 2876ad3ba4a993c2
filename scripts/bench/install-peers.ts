/**
 * npm's `prepare`: after `npm ci` and `npm install` the benchmarks' peer is there too, so that they need no network later.
 * Its absence keeps nobody from working on the project: a failure is only told.
 */
import { installPeers } from './peers.ts';

const tell = (text: string) => console.error(`bench peers: ${text}`);

// npm runs it before it packs as well, where nothing is to be installed.
if (['ci', 'install'].includes(process.env.npm_command ?? ''))
  await installPeers(tell).catch((error: Error) => tell(`not installed: ${error.message}`));
