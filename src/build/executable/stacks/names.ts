/** The asset that holds the bundle's source map. */
export const MAP_ASSET = 'stack.map';

/**
 * The folder that the executable's code is in by its stack traces: no real one, and not that of the build. It is
 * absolute, since packages that look for files beside their caller go up until they are at the root.
 */
export const VIRTUAL_FOLDER = '/amphi/executable/';
