// The build bakes it in: into the bundle, by way of the core, so that what is beside the bundle stays the same from build to build.
declare const __AMPHI_BUILD_ID__: string | undefined;

/** Of the executable, or `source`. */
export const BUILD_ID: string = typeof __AMPHI_BUILD_ID__ === 'string' ? __AMPHI_BUILD_ID__ : 'source';
