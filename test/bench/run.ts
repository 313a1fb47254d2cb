/** `script/bench [--json] [NAME...]`, inside the lab's namespaces. */
import { createLab, type Lab } from '#test/lab/lab.ts';
import { benchConnect } from './connect.ts';
import { benchDossier } from './dossier.ts';
import { printTable, type Figure } from './figure.ts';
import { benchGateway, benchKill } from './gateway.ts';
import { benchIdle } from './idle.ts';
import { benchLeak } from './leak.ts';
import { benchReport } from './report.ts';
import { benchProfile } from './profile.ts';
import { benchStatus } from './status.ts';
import { benchThroughput } from './throughput.ts';
import { benchVerify } from './verify.ts';

type Part =
  | { readonly lab: false; run(): Promise<Figure[]> }
  | { readonly lab: true; run(lab: Lab): Promise<Figure[]> };

const parts: Readonly<Record<string, Part>> = {
  verify: { lab: false, run: benchVerify },
  profile: { lab: false, run: benchProfile },
  connect: { lab: true, run: benchConnect },
  status: { lab: true, run: benchStatus },
  throughput: { lab: true, run: benchThroughput },
  idle: { lab: true, run: benchIdle },
  leak: { lab: true, run: benchLeak },
  gateway: { lab: false, run: benchGateway },
  dossier: { lab: false, run: benchDossier },
  kill: { lab: false, run: benchKill },
  report: { lab: false, run: benchReport },
};

const words = process.argv.slice(2);
const json = words.includes('--json');
const names = words.filter((word) => !word.startsWith('-'));
const unknown = names.filter((name) => parts[name] === undefined);
if (unknown.length > 0) {
  console.error(`No such part: ${unknown.join(', ')}. There are: ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}

const figures: Figure[] = [];
for (const [name, part] of Object.entries(parts)) {
  if (names.length > 0 && !names.includes(name)) continue;
  console.error(`bench: ${name}`);
  figures.push(...(part.lab ? await inLab((lab) => part.run(lab)) : await part.run()));
}
if (json) for (const figure of figures) console.log(JSON.stringify(figure));
else printTable(figures);
process.exit(0);

async function inLab(use: (lab: Lab) => Promise<Figure[]>): Promise<Figure[]> {
  const lab = await createLab();
  try {
    return await use(lab);
  } finally {
    await lab.close();
  }
}
