/** Finds in a module what a bundler does not see: files beside it, scripts of workers, modules by createRequire. */
import type {
  AnyNode,
  CallExpression,
  Expression,
  NewExpression,
  Node,
  Program,
  VariableDeclarator,
} from 'acorn';
import { parse } from 'acorn';
import { ancestor, full } from 'acorn-walk';
import type {
  ChildProcessReference,
  FileReference,
  FolderReference,
  LostScript,
  Reference,
} from './kinds.ts';

/** @param code JavaScript; what cannot be parsed has no references, as the bundler will tell the error */
export function findReferences(code: string): Reference[] {
  const program = parsed(code);
  if (!program) return [];
  const names = namesOf(program);
  const found: Reference[] = [];
  ancestor(program, {
    NewExpression: (node, _state, parents) => {
      add(fileReference(node, parents, names));
      add(lostScript(node));
    },
    CallExpression: (node) => {
      add(callReference(node, names));
      add(lostScript(node));
    },
    MemberExpression: (node) => add(folderReference(node)),
    Identifier: (node) => add(folderReference(node)),
    ImportDeclaration: ({ source }) => add(childProcess(source)),
    ImportExpression: ({ source }) => add(childProcess(source)),
    VariableDeclarator: ({ id }) => {
      if (id.type === 'Identifier' && id.name === 'require' && names.requires.has('require'))
        add({ kind: 'declared', start: id.start, end: id.end });
    },
  });
  return found;

  function add(reference: Reference | undefined): void {
    if (reference) found.push(reference);
  }
}

function parsed(code: string): Program | undefined {
  for (const sourceType of ['module', 'script'] as const) {
    try {
      return parse(code, { ecmaVersion: 'latest', sourceType, allowReturnOutsideFunction: true });
    } catch {
      // The other kind, or the bundler's error.
    }
  }
  return undefined;
}

interface Names {
  /** Variables that hold a function made by createRequire. */
  readonly requires: ReadonlySet<string>;
  /** Variables that are handed to a worker or to fork. */
  readonly scripts: ReadonlySet<string>;
}

function namesOf(program: Program): Names {
  const requires = new Set<string>();
  const scripts = new Set<string>();
  const script = (node: NewExpression | CallExpression) => {
    const [first] = node.arguments;
    if (takesScript(node) && first?.type === 'Identifier') scripts.add(first.name);
  };
  ancestor(program, {
    VariableDeclarator: ({ id, init }: VariableDeclarator) => {
      if (id.type === 'Identifier' && isOwnRequire(init)) requires.add(id.name);
    },
    NewExpression: script,
    CallExpression: script,
  });
  return { requires, scripts };
}

const nameOf = (node: Node): string | undefined => {
  const { type, name, property } = node as Node & { name?: string; property?: Node };
  if (type === 'Identifier') return name;
  return type === 'MemberExpression' && property ? nameOf(property) : undefined;
};

const text = (node: Node | undefined): string | undefined => {
  const { type, value, quasis } = (node ?? {}) as {
    type?: string;
    value?: unknown;
    quasis?: { value: { cooked: string } }[];
  };
  if (type === 'Literal' && typeof value === 'string') return value;
  return type === 'TemplateLiteral' && quasis?.length === 1 ? quasis[0]!.value.cooked : undefined;
};

function takesScript({ type, callee }: NewExpression | CallExpression): boolean {
  const name = nameOf(callee);
  return type === 'NewExpression' ? name?.endsWith('Worker') === true : name === 'fork';
}

/** `import.meta.url`, `import.meta.filename` or `__filename`. */
function isOwnPath(node: Node | undefined): boolean {
  if (node?.type === 'Identifier') return nameOf(node) === '__filename';
  const { type, object, property } = (node ?? {}) as { type?: string; object?: Node; property?: Node };
  if (type !== 'MemberExpression' || object?.type !== 'MetaProperty') return false;
  return ['url', 'filename'].includes(nameOf(property!) ?? '');
}

function isOwnFolder(node: Node): boolean {
  if (node.type === 'Identifier') return nameOf(node) === '__dirname';
  const { type, object, property } = node as { type?: string; object?: Node; property?: Node };
  return type === 'MemberExpression' && object?.type === 'MetaProperty' && nameOf(property!) === 'dirname';
}

function isOwnRequire(node: Expression | null | undefined): node is CallExpression {
  return (
    node?.type === 'CallExpression' && nameOf(node.callee) === 'createRequire' && isOwnPath(node.arguments[0])
  );
}

function fileReference(
  node: NewExpression,
  parents: readonly Node[],
  names: Names,
): FileReference | undefined {
  const [target, base] = node.arguments;
  if (nameOf(node.callee) !== 'URL' || !isOwnPath(base)) return undefined;
  const { start, end } = node;
  return {
    kind: 'file',
    start,
    end,
    target: text(target),
    script: isScript([...parents] as AnyNode[], names),
  };
}

/** @param parents of the URL, itself the last */
function isScript(parents: AnyNode[], names: Names): boolean {
  const node = parents.pop();
  const parent = parents.at(-1);
  if (parent?.type === 'VariableDeclarator') return names.scripts.has(nameOf(parent.id) ?? '');
  if (parent?.type !== 'CallExpression' && parent?.type !== 'NewExpression') return false;
  if (parent.arguments[0] !== node) return false;
  return takesScript(parent) || (nameOf(parent.callee) === 'fileURLToPath' && isScript(parents, names));
}

function folderReference(node: Node): FolderReference | undefined {
  return isOwnFolder(node) ? { kind: 'folder', start: node.start, end: node.end } : undefined;
}

/** A literal path, or one made of the module's own path or folder, but not by a URL. */
function lostScript(node: NewExpression | CallExpression): LostScript | undefined {
  const [first] = node.arguments;
  if (!first || !takesScript(node)) return undefined;
  let own = false;
  let url = false;
  full(first, (part) => {
    own ||= isOwnPath(part) || isOwnFolder(part);
    url ||= part.type === 'NewExpression' && (part as NewExpression).arguments.length === 2;
  });
  const lost = url ? false : own || /^\.{1,2}\/|^[^:/]+\.[cm]?[jt]s$/.test(text(first) ?? '');
  return lost ? { kind: 'lost', start: node.start, end: node.end } : undefined;
}

function callReference(node: CallExpression, names: Names): Reference | undefined {
  const {
    callee,
    arguments: [first],
    start,
    end,
  } = node;
  if ((callee.type === 'Identifier' && names.requires.has(callee.name)) || isOwnRequire(callee as Expression))
    return { kind: 'require', start: callee.start, end: callee.end, target: text(first) };
  if (callee.type === 'Identifier' && callee.name === 'require' && first)
    return text(first) === undefined ? { kind: 'computed', start, end } : childProcess(first);
  const module =
    callee.type === 'CallExpression' && nameOf(callee.callee) === 'require'
      ? text(callee.arguments[0])
      : undefined;
  if (module === 'bindings') return { kind: 'addon', finder: module, start, end, name: text(first) };
  if (module === 'node-gyp-build') return { kind: 'addon', finder: module, start, end, name: undefined };
  return undefined;
}

function childProcess(source: Node): ChildProcessReference | undefined {
  if (!/^(node:)?child_process$/.test(text(source) ?? '')) return undefined;
  return { kind: 'child_process', start: source.start, end: source.end };
}
