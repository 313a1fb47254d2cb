/** What the bundle offers: `main` to the launcher, the rest to the build, which runs it once to have it compiled. */
export { main } from './main.ts';
export { run } from './run.ts';
export { Terminal } from './terminal/terminal.ts';
