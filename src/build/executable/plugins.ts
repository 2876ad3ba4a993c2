import type { BuildOptions, Plugin } from 'esbuild';
import type { Content } from './content.ts';
import { deferred } from './deferred.ts';
import { addons } from './embed/addons.ts';
import { embedFiles } from './embed/plugin.ts';
import { embedded } from './embedded.ts';
import { lazyStringWidth } from './string-width.ts';

/** What every bundle of the service is made with, those of its assets and scripts too. */
export function pluginsOf(options: BuildOptions, content: Content): Plugin[] {
  const again = () => pluginsOf(options, content);
  return [
    deferred(options, content, again),
    embedded(content),
    lazyStringWidth(),
    addons(content),
    embedFiles(options, content, again),
  ];
}
