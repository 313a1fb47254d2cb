import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ProofArchive } from '#client/archive/proof-archive.ts';
import { keepProof } from '#client/archive/keep.ts';
import { RegistrationArchive } from '#client/archive/registration-archive.ts';
import { listName } from '#shared/report/compose.ts';
import { follow } from '#client/registration/follow.ts';
import { DAY, issueKeySet, issueStatusList, makeGateway, NOW } from '#test/shared/registration/issue.ts';
import type { Respond } from '../gateway/scripted-gateway.ts';
import { acceptAll, ID, useTestClient, viewOf } from '../registration/test-client.ts';

const world = useTestClient();

const archiveOf = (): string => join(world.context.configDirectory, 'archive');

function filesIn(folder: string): string[] {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true });
  return found.filter((one) => one.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

async function attested() {
  world.script = acceptAll;
  const registration = await world.submitted();
  await world.attest();
  return (await follow(world.context, registration)).registration;
}

const jwt = (text: string): Respond => {
  return (response) => void response.writeHead(200, { 'content-type': 'application/jwt' }).end(text);
};

/** From here on the gateway publishes this list, and it is that many days later. */
function publish(days: number, statuses = {}): void {
  const iat = NOW + days * DAY;
  world.answer('GET /v1/key-set', jwt(issueKeySet(world.signing)));
  world.answer('GET /v1/status-list/1', jwt(issueStatusList(world.signing, { iat, statuses })));
  world.context = { ...world.context, now: () => iat + 60 };
}

const asked = (): number => world.gateway.requests.filter(({ url }) => url === '/v1/status-list/1').length;

describe('what is fetched is kept for reports', () => {
  it('each state with its time, the certificate, and the signed files that came with it', async () => {
    const { certificate } = await attested();
    const [known] = await new RegistrationArchive(world.context.configDirectory).all();
    expect(known).toMatchObject({
      registration: ID,
      label: 'office',
      gateway: world.gateway.anchor.origin,
      certificates: [{ text: certificate }],
    });
    expect(known?.states.map(({ state }) => state).toSorted()).toEqual(['attested', 'submitted']);
    const proof = new ProofArchive(world.context.configDirectory);
    expect(await proof.keySets()).toMatchObject([{ of: world.gateway.anchor.origin, issuedAt: NOW - DAY }]);
    expect(await proof.statusLists()).toMatchObject([
      { of: listName(world.signing.origin, world.signing.statusListUri) },
    ]);
  });

  it('with identity numbers masked, nothing else that was answered, and for its owner alone', async () => {
    world.script = acceptAll;
    const registration = await world.submitted();
    const fields = { mobile_number: '+923001234567', purpose: 'a private matter' };
    world.answerJson(`GET /v1/registration/${ID}`, { ...viewOf('verifying'), fields });
    await follow(world.context, registration);
    const files = filesIn(archiveOf());
    const texts = files.map((file) => readFileSync(file, 'utf8')).join('\n');
    expect(texts).toContain('+••••••••4567');
    expect(texts).not.toMatch(/3001234567|private/);
    for (const file of files) expect(statSync(file).mode & 0o077).toBe(0);
  });

  it('and a list is asked for once a day, also where nothing else is new', async () => {
    const registration = await attested();
    publish(0.5);
    await follow(world.context, registration);
    expect(asked()).toBe(0);
    publish(1);
    await follow(world.context, registration);
    await follow(world.context, registration);
    expect(asked()).toBe(1);
    const lists = await new ProofArchive(world.context.configDirectory).statusLists();
    expect(lists.map(({ issuedAt }) => issuedAt).toSorted((a, b) => a - b)).toEqual([NOW - 60, NOW + DAY]);
  });

  it('unless it is not genuine', async () => {
    const registration = await attested();
    publish(1);
    world.answer('GET /v1/status-list/1', jwt('eyJhbGciOiJub25lIn0.e30.'));
    await follow(world.context, registration);
    expect(await new ProofArchive(world.context.configDirectory).statusLists()).toHaveLength(1);
  });
});

describe('another gateway', () => {
  const other = makeGateway('https://other.test');
  const keepOf = async (sub: string, iat: number) =>
    await keepProof(world.context, other.anchor, {
      key_set: issueKeySet(other, { status_origins: [world.signing.origin] }),
      status_list: issueStatusList(other, { sub, iat, statuses: { 7: 1 } }),
    });
  const keptFrom = async (issuer: string): Promise<number> => {
    const lists = await new ProofArchive(world.context.configDirectory).statusLists();
    return lists.filter(({ of }) => of.startsWith(`${issuer} `)).length;
  };

  it('that signs lists under the address of the first takes no place of its lists, and pushes none out', async () => {
    await attested();
    for (let minute = 1; minute <= 4; minute += 1) await keepOf(world.signing.statusListUri, NOW - minute);
    expect(await keptFrom(world.signing.origin)).toBe(1);
    expect(await keptFrom(other.origin)).toBeGreaterThan(0);
    const place = { issuer: world.signing.origin, uri: world.signing.statusListUri };
    expect(await new ProofArchive(world.context.configDirectory).newestListOf(place)).toBe(NOW - 60);
  });

  it('that names lists without end fills its own places alone', async () => {
    for (let list = 0; list < 70; list += 1) await keepOf(`${other.origin}/${list}`, NOW - 60);
    expect(await keptFrom(other.origin)).toBe(16);
    await attested();
    expect(await keptFrom(world.signing.origin)).toBe(1);
  });
});

describe('an archive that cannot be written or read', () => {
  it('takes nothing from a registration: it is followed, and its certificate kept', async () => {
    world.script = acceptAll;
    const registration = await world.submitted();
    rmSync(archiveOf(), { recursive: true });
    // As with a full disk: nothing can be made below it.
    writeFileSync(archiveOf(), '');
    const certificate = await world.attest();
    await follow(world.context, registration);
    expect((await world.stored()).certificate).toBe(certificate);
    expect(readFileSync(archiveOf(), 'utf8')).toBe('');
  });

  it('costs a report what is damaged, and half a file of a killed write nothing', async () => {
    await attested();
    const lists = join(archiveOf(), 'status-list');
    const [folder = ''] = readdirSync(lists);
    writeFileSync(join(lists, folder, `${NOW}-abc.jwt.0123.new`), 'half');
    writeFileSync(join(lists, folder, `${NOW}-abc.jwt`), 'x'.repeat(800_000));
    expect(await new ProofArchive(world.context.configDirectory).statusLists()).toHaveLength(1);
  });
});
