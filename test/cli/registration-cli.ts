import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnchorLocation } from '#client/anchor/read-anchors.ts';
import type { TestFetcher } from '#test/fetch/fetcher.ts';
import { exampleConf, PUBLIC_KEY } from '../client/tunnel/example-conf.ts';
import { makeCommandLine, type CommandLine } from './command-line.ts';

export const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';
export const REGISTER = [
  ...['register', 'office', '--profile', 'pk-pta@1', '--route', 'B', '--category', 'freelancer'],
  ...['--field', 'mobile_number=03001234567', '--field', 'purpose=a=b'],
] as const;

/** What a gateway says of the case that REGISTER submits. */
export const viewOf = (state: string, more: object = {}) => ({
  id: ID,
  state,
  profile: 'pk-pta@1',
  route: 'B',
  category: 'freelancer',
  endpoints: [{ public_key: PUBLIC_KEY, host: 'vpn.example', port: 51820 }],
  note: null,
  submitted_at: 1_800_000_000,
  changed_at: 1_800_000_000,
  ...more,
});

/** A command line whose relay is the fetcher's, with the tunnel “office” imported. */
export async function commandLineThrough(fetcher: TestFetcher): Promise<CommandLine> {
  const cli = makeCommandLine();
  const { client } = cli.surroundings;
  const anchors: AnchorLocation = {
    directory: fetcher.anchorDirectory,
    ownerUid: process.getuid?.() ?? 0,
  };
  cli.surroundings = {
    ...cli.surroundings,
    client: { ...client, relaySocket: fetcher.relaySocket, anchors },
  };
  await importConf(cli, 'office', exampleConf);
  return cli;
}

export async function importConf(cli: CommandLine, name: string, conf: string): Promise<void> {
  const file = join(cli.home, `${name}.conf`);
  writeFileSync(file, conf);
  const { code, stderr } = await cli.sanad('import', file);
  if (code !== 0) throw new Error(stderr);
}
