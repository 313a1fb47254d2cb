/** What the bundle offers: `main` to the launcher, and to the build what it runs once to have it compiled. */
export { main } from './main.ts';

/** Loaded when asked for, as `main` does it: what completion needs is a fraction of it. */
export async function parts() {
  const [{ run }, { Terminal }] = await Promise.all([import('./run.ts'), import('./terminal/terminal.ts')]);
  return { run, Terminal };
}
