#!/usr/bin/env node
/** The command `amphi` of the npm package. */
const OLDEST_NODE = 24;

// All else is loaded later: an older Node.js may not even be able to read it.
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  console.error(
    `amphi: needs Node.js ${OLDEST_NODE} or newer, not ${process.version} (${process.execPath}): call it by npx or an npm script, which find the Node.js that amphi brings along`,
  );
  process.exitCode = 1;
} else {
  const { main } = await import('./command-line.ts');
  process.exitCode = await main(process.argv.slice(2));
}

export {};
