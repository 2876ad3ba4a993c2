/** The API reference, made from the sources of what package.json exports. */
import { readFile, rm } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { dirname, join } from 'node:path';

/** TypeDoc needs the compiler API that TypeScript 7 dropped: it gets TypeScript 6, which is installed by this name. */
const COMPILER = 'typescript-api';

async function loadTypeDoc(): Promise<typeof import('typedoc')> {
  registerHooks({
    resolve: (specifier, context, next) => next(specifier === 'typescript' ? COMPILER : specifier, context),
  });
  return import('typedoc');
}

/** Sources by the name that a service imports them by, e.g. `amphi/events`. */
export async function publicModules(root: string): Promise<Map<string, string>> {
  const { name, exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const sources = Object.entries(exports as Record<string, { 'amphi-source'?: string }>).flatMap(
    ([subpath, { 'amphi-source': source }]): [string, string][] =>
      source === undefined ? [] : [[subpath.replace(/^\./, name), join(root, source)]],
  );
  return new Map(sources);
}

/**
 * Writes one Markdown file for each public module into `outDir`, which is emptied first. The same sources give the
 * same files.
 * @throws Error when the sources do not compile, or a public name has a broken link
 */
export async function generateDocs(root: string, outDir: string): Promise<void> {
  const modules = await publicModules(root);
  const { Application } = await loadTypeDoc();
  const app = await Application.bootstrapWithPlugins({
    ...{
      entryPoints: [...modules.values()],
      tsconfig: join(root, 'tsconfig.build.json'),
      plugin: [MARKDOWN],
    },
    ...{ readme: 'none', disableSources: true, githubPages: false, excludePrivate: true },
    ...{ excludeInternal: true, excludeExternals: true, validation: VALIDATION },
    ...{ logLevel: 'Warn', treatWarningsAsErrors: true, name: 'Amphi' },
    ...MARKDOWN_OPTIONS,
  });
  const project = await app.convert();
  if (!project) throw new Error('TypeDoc found errors');
  for (const [name, source] of modules) {
    // TypeDoc calls a module by its folder.
    const module = project.children?.find((child) => join(root, child.name) === dirname(source));
    if (!module) throw new Error(`${source} is no module of its own`);
    module.name = name;
  }
  for (const { children } of project.groups ?? []) children.sort((a, b) => (a.name < b.name ? -1 : 1));
  app.validate(project);
  await rm(outDir, { recursive: true, force: true });
  app.options.setValue('outputs', [{ name: 'markdown', path: outDir }]);
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('TypeDoc has warnings');
}

const MARKDOWN = 'typedoc-plugin-markdown';
const MARKDOWN_OPTIONS = {
  ...{ outputFileStrategy: 'modules', hidePageHeader: true, hideBreadcrumbs: true },
  ...{ parametersFormat: 'table', interfacePropertiesFormat: 'table', typeDeclarationFormat: 'table' },
};
/** A service never names the types between, so those need no export. */
const VALIDATION = { invalidLink: true, invalidPath: true, rewrittenLink: true, notExported: false };
