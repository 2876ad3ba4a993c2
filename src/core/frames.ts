/** Frames of the framework and its server, by how stacks name them: from source, installed, and in the executable. */
const ELSEWHERE =
  /[ (](amphi\/(src|infra)\/|\/amphi\/executable\/\S+-[0-9a-f]{12}\.cjs)|\/node_modules\/(amphi\/dist\/|fastify\/|avvio\/)/;
let sources: string | undefined;
let infra = '';
/** Beside the sample service. */
const FOLDERS = /^(core|aws|server|adapters|cli|build|testing|telemetry|http-kit)\//;

/** @param frame a line of a stack */
export function isFrameworkFrame(frame: string): boolean {
  if (sources === undefined) {
    // Not before an error: a start loads no URL.
    sources = new URL('..', import.meta.url).href;
    infra = sources.replace(/src\/$/, 'infra/');
  }
  if (ELSEWHERE.test(frame) || frame.includes(infra)) return true;
  const at = frame.indexOf(sources);
  return at >= 0 && FOLDERS.test(frame.slice(at + sources.length));
}

/**
 * Frames from the topmost of the service on, without the framework's: how a handler came to be called says nothing of its
 * error. What the framework did below the service's code stays, as does all where the service has no part.
 * @param frames `at ...`, the innermost first
 */
export function ownFrames(frames: readonly string[]): string[] {
  const first = frames.findIndex((frame) => !isFrameworkFrame(frame) && !/[ (]node:/.test(frame));
  return first < 0 ? [...frames] : frames.filter((frame, at) => at < first || !isFrameworkFrame(frame));
}

/** The text of an error's stack, its head and frames. */
export function ownStack(stack: string): string {
  const lines = stack.split('\n');
  const first = lines.findIndex((line) => /^\s+at /.test(line));
  return first < 0 ? stack : [...lines.slice(0, first), ...ownFrames(lines.slice(first))].join('\n');
}
