import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileStateStore } from '#daemon/platform/file-state-store.ts';
import type { Target } from '#daemon/core/tunnel-state.ts';
import { SanadError } from '#shared/contract/problem.ts';

/** Run on a small file system of its own: fills it, has everything written, and tells what became of it. */
const [, , directory = ''] = process.argv;
const store = new FileStateStore(directory);
const filler = join(directory, 'filler');
/** Larger than whatever the file system gives away beside full blocks. */
const large = (text: string): string => (text === 'old' ? text : text.padEnd(8192));

const protectedTarget: Target = {
  kind: 'protected',
  owner: 1000,
  tunnel: 'office',
  closure: {
    kind: 'networks',
    networks: Array.from({ length: 400 }, (_, at) => ({
      family: 4,
      address: `10.0.${at % 256}.0`,
      prefixLength: 24,
    })),
    dnsServers: [],
  },
  tunnelAddresses: [],
};
const origins = Array.from({ length: 400 }, (_, at) => ({ address: `192.0.2.${at % 256}`, port: 443 }));

type Writes = Readonly<Record<string, () => Promise<void>>>;
const first: Writes = {
  target: () => store.writeTarget({ kind: 'unprotected' }),
  memory: () => store.writeMemory({ floor: 1, origins: [], lastGoodPolicy: null }),
  'key-set': () => store.writeSignedFile('key-set', 'issuer', large('old')),
  'status-list': () => store.writeSignedFile('status-list', 'uri', large('old')),
};
const second: Writes = {
  target: () => store.writeTarget(protectedTarget),
  memory: () => store.writeMemory({ floor: 2, origins, lastGoodPolicy: null }),
  'key-set': () => store.writeSignedFile('key-set', 'issuer', large('new')),
  'status-list': () => store.writeSignedFile('status-list', 'uri', large('new')),
};

async function outcomes(writes: Writes): Promise<Readonly<Record<string, string>>> {
  const told: Record<string, string> = {};
  for (const [what, write] of Object.entries(writes)) {
    try {
      await write();
      told[what] = 'written';
    } catch (error) {
      told[what] = error instanceof SanadError ? error.problem.code : String(error);
    }
  }
  return told;
}

/** To the last block. */
function fill(): void {
  for (const size of [4096, 1]) {
    try {
      for (;;) writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // Full for this size.
    }
  }
}

async function kept(): Promise<object> {
  const [target, memory] = await Promise.all([store.readTarget(), store.readMemory()]);
  const texts = async (kind: 'key-set' | 'status-list'): Promise<readonly string[]> =>
    (await store.readSignedFiles(kind)).map((text) => text.trim());
  return {
    target: target.kind === 'read' ? target.value.kind : target.kind,
    floor: memory.kind === 'read' ? memory.value.floor : memory.kind,
    'key-set': await texts('key-set'),
    'status-list': await texts('status-list'),
  };
}

const report = {
  before: await outcomes(first),
  full:
    (fill(),
    await outcomes({
      ...second,
      'another status-list': () => store.writeSignedFile('status-list', 'other', large('other')),
    })),
  kept: await kept(),
  halves: readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.new'),
  ),
  after: (writeFileSync(filler, ''), await outcomes(second)),
  now: await kept(),
};
process.stdout.write(JSON.stringify(report));
