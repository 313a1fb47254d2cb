declare global {
  // oxlint-disable-next-line no-var -- only `var` declares a property of globalThis; script/lib/build.ts defines it
  var SANAD_BUILD_TIME: number | undefined;
  // oxlint-disable-next-line no-var -- as above
  var SANAD_VERSION: string | undefined;
}

/** Epoch seconds; no true clock is behind it. 0: run unbuilt. */
export const builtAt = globalThis.SANAD_BUILD_TIME ?? 0;
export const program = `sanadd ${globalThis.SANAD_VERSION ?? 'unbuilt'}`;
