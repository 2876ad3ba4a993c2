/**
 * `npm run release -- VERSION`: makes a release of a clean tree: version, changelog, package, commit and tag. VERSION is
 * `major`, `minor`, `patch` or a version such as 1.2.3. Nothing is pushed or published.
 */
import { join } from 'node:path';
import { ReleaseError, release } from './release/release.ts';

const [wanted, ...more] = process.argv.slice(2);
if (wanted === undefined || more.length > 0) {
  console.error('release: name one version: major, minor, patch or one such as 1.2.3');
  process.exitCode = 2;
} else {
  try {
    const { version, tarball } = await release(join(import.meta.dirname, '..'), wanted);
    console.log(`released ${version}: ${tarball}, tag v${version}\nnext: git push --follow-tags`);
  } catch (error) {
    console.error(`release: ${error instanceof ReleaseError ? error.message : (error as Error).stack}`);
    process.exitCode = 1;
  }
}
