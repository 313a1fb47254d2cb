import { realpathSync } from 'node:fs';
import { systemNames } from '#shared/contract/system-names.ts';
import type { Place } from '../remnant.ts';
import { findProgram, mustRun, runProgram } from './run-program.ts';

const { device } = systemNames;

/** What resolvconf keeps for our interface. systemd-resolved forgets a link's name servers with the link. */
export const nameServersPlace: Place = {
  kind: 'name_servers',
  look: async () => {
    if (!hasResolvconf()) return [];
    const { stdout } = await runProgram('resolvconf', ['-l', device]);
    if (stdout.trim() === '') return [];
    const remove = async (): Promise<void> => {
      // -f: that there is nothing to delete is no error.
      await mustRun('resolvconf', ['-f', '-d', device]);
    };
    return [{ kind: 'name_servers', name: `of ${device}, in resolvconf`, remove }];
  },
};

function hasResolvconf(): boolean {
  const program = findProgram('resolvconf');
  return program !== undefined && !realpathSync(program).endsWith('resolvectl');
}
