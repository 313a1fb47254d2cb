/**
 * `script/demo [--story NAME] [--language en|ur] [--json] [--keep]`, inside the lab. Exits 0 only if every step was
 * observed.
 */
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { createLab, type Lab } from '../lab.ts';
import { stillRunning } from '../process.ts';
import { isLanguage, type Language } from '#shared/text/language.ts';
import { playFreelancerStory } from './freelancer-story.ts';
import { playMainStory } from './main-story.ts';
import { playPortalStory } from './portal-story.ts';
import { createTeller, type Teller } from './teller.ts';

type Story = (lab: Lab, tell: Teller, language: Language) => Promise<void>;
const stories: ReadonlyMap<string, Story> = new Map([
  ['main', playMainStory],
  ['freelancer', playFreelancerStory],
  ['portal', playPortalStory],
]);

const { json, keep, story, language } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    story: { type: 'string', default: 'main' },
    language: { type: 'string', default: 'en' },
  },
}).values;
const say = (line: string): void => void (json ? process.stderr : process.stdout).write(`${line}\n`);

async function play(chosen: Story, spoken: Language): Promise<boolean> {
  const tell = createTeller({ json });
  let lab: Lab | undefined;
  let told = false;
  process.on('SIGINT', () => {
    // This process is the lab's first: its end is the end of all in it.
    say('interrupted; the lab and everything in it is gone');
    process.exit(130);
  });
  try {
    await tell.step('lab', async () => {
      lab = await createLab();
      return 'client, router and peer with WireGuard, DNS and HTTP; gateway with issuer; daemon and fetcher';
    });
    if (lab !== undefined) await chosen(lab, tell, spoken);
    told = true;
    if (keep) await stay();
  } catch (error) {
    say(pc.red(error instanceof Error ? (error.stack ?? error.message) : String(error)));
  }
  await tell
    .step('cleaned up', async () => {
      await lab?.close();
      const left = stillRunning();
      if (left.length > 0) throw new Error(`still running: ${left.map(({ name }) => name).join(', ')}`);
      return 'every process ended, the namespaces are gone; the machine’s own network was never touched';
    })
    .catch(() => (told = false));
  const ok = told && tell.steps.every((step) => step.ok);
  say(ok ? pc.green('The story was seen, step by step.') : pc.red('The story was not seen to its end.'));
  if (json) process.stdout.write(`${JSON.stringify({ story, language, ok, steps: tell.steps })}\n`);
  return ok;
}

/** --keep: waits until Ctrl-C, and says how to go in. */
async function stay(): Promise<void> {
  say(`
The lab stays until Ctrl-C. To go in, in another terminal:  script/demo --shell
There you are root on the client machine; \`as-alice sanad status\` is alice.`);
  await new Promise<void>((resolve) => {
    process.removeAllListeners('SIGINT');
    process.once('SIGINT', () => resolve());
    setInterval(() => undefined, 60_000);
  });
}

const chosen = stories.get(story);
if (chosen === undefined || !isLanguage(language)) {
  say(`There is no such story or language. Stories: ${[...stories.keys()].join(', ')}; languages: en, ur.`);
  process.exit(2);
}
process.exit((await play(chosen, language)) ? 0 : 1);
