declare global {
  // Put in by the bundler; unbuilt sources have none.
  var SANAD_VERSION: string | undefined;
}

export const version = globalThis.SANAD_VERSION ?? 'unbuilt';
