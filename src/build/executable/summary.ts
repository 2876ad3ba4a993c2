import type { BuildResult, BuiltFile } from './service.ts';

/** The lines `npm run build` prints. */
export function summarize(result: BuildResult, show: (path: string) => string): string[] {
  const line = (file: BuiltFile) => `${show(file.path)}  ${megabytes(file.size)}  sha256 ${file.sha256}`;
  if (!result.built) return [`${show(result.executable.path)} is up to date (${result.buildId})`];
  const times = Object.entries(result.times).map(([step, ms]) => `${step} ${(ms / 1000).toFixed(1)} s`);
  return [
    `built ${result.buildId}: bundle ${Math.round(result.bundleSize / 1024)} KB, ${result.stripped ? 'stripped' : 'UNSTRIPPED'} base`,
    line(result.executable),
    line(result.zip),
    times.join(', '),
  ];
}

/** Size in megabytes of 1024 * 1024 bytes, as Lambda counts its limit. */
function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
