import { systemNames } from '#shared/contract/system-names.ts';
import type { Place, Remnant } from '../remnant.ts';
import { findProgram, mustRun, runProgram } from './run-program.ts';

/** Our tables, by family and name: a table of that name in another family is somebody else's. */
export const firewallPlace: Place = {
  kind: 'firewall_table',
  look: async () => {
    // Without nft nobody has made any: the service needs it too.
    if (findProgram('nft') === undefined) return [];
    const lines = (await mustRun('nft', ['list', 'tables'])).split('\n');
    const listed = new Set(lines.map((line) => line.trim()));
    return systemNames.nftTables
      .map(({ family, name }) => `${family} ${name}`)
      .filter((table) => listed.has(`table ${table}`))
      .map(tableRemnant);
  },
};

function tableRemnant(table: string): Remnant {
  return {
    kind: 'firewall_table',
    name: table,
    remove: async () => {
      // Declared first, so that there is something to delete.
      const { code, stderr } = await runProgram('nft', [`add table ${table}; delete table ${table}`]);
      if (code !== 0) throw new Error(`nft: ${stderr}`);
    },
  };
}
