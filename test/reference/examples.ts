import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publicModules } from '../../scripts/docs/generate.ts';

/** An `@example` of the API reference. */
export interface Example {
  /** Module and headings, e.g. `amphi Registry event()`. */
  readonly of: string;
  readonly code: string;
  /** What it prints, line by line: the comments behind its calls. More may follow. */
  readonly prints: readonly string[];
}

/** `console.log(x); // what it prints`, and `await run(...); // what the command prints`. */
const PRINTED = /^\s*(?:console\.log|for await .*console\.log|await run)\(.*; \/\/ (.*)$/gm;

export function examplesIn(module: string, reference: string): Example[] {
  const examples: Example[] = [];
  let headings: string[] = [];
  for (const [, marks, title, code] of reference.matchAll(/^(?:(#{3,}) (.*)|```ts\n([\s\S]*?)^```)$/gm)) {
    if (marks !== undefined) {
      headings = [...headings.slice(0, marks.length - 3), title!.replaceAll('\\', '')];
    } else {
      const prints = [...code!.matchAll(PRINTED)].map(([, printed]) => printed!);
      const names = headings.filter((heading) => !/^(Example|Call Signature)$/.test(heading));
      // The reference repeats an example for each overload.
      if (examples.at(-1)?.code !== code)
        examples.push({ of: [module, ...names].join(' '), code: code!, prints });
    }
  }
  return examples;
}

/** Every example, by the files of docs/api. */
export async function allExamples(project: string): Promise<Example[]> {
  const modules = [...(await publicModules(project)).keys()];
  const found = modules.map(async (module) => {
    return examplesIn(module, await readFile(join(project, 'docs', 'api', `${module}.md`), 'utf8'));
  });
  return (await Promise.all(found)).flat();
}
