import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { condense, writtenTrials } from '#test/shared/registration/attack-vector.ts';

/** Writes the attack vector anew from the tables of attacks: `node test/vector/write.ts`. */
const file = join(import.meta.dirname, 'attack.json');
writeFileSync(file, JSON.stringify(condense(await writtenTrials())));
execFileSync('prettier', ['--write', '--log-level=warn', file], { stdio: 'inherit' });
