/** Keep a Changelog's form: https://keepachangelog.com/en/1.1.0/. */
const UNRELEASED = /^## \[Unreleased\][^\S\n]*$/m;

/**
 * The changelog in which what was unreleased belongs to `version`.
 * @param date as YYYY-MM-DD
 * @returns undefined when there is no section `[Unreleased]`, or nothing in it
 */
export function releasedChangelog(changelog: string, version: string, date: string): string | undefined {
  const heading = UNRELEASED.exec(changelog);
  if (!heading) return undefined;
  const start = heading.index + heading[0].length;
  const [changes = ''] = changelog.slice(start).split(/^## \[/m);
  if (!/^- /m.test(changes)) return undefined;
  return `${changelog.slice(0, start)}\n\n## [${version}] - ${date}${changelog.slice(start)}`;
}
