import { describe, expect, test } from 'vitest';
import { nodePrimitives as primitives } from '#daemon/platform/node-primitives.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { restoreKeySet } from '#shared/registration/key-set.ts';
import { builtInPolicy, type Policy } from '#shared/registration/policy.ts';
import { restoreStatusList } from '#shared/registration/status-list.ts';
import { parseConfigurationMessage } from '#shared/wireguard/configuration-conversion.ts';
import type { ConfigurationMessage } from '#shared/wireguard/configuration-message.ts';
import file from '../../vector/attack.json' with { type: 'json' };
import { attempt, type Trial } from './attack.ts';
import { condense, expand, writtenTrials, type AttackVector, type WrittenTrial } from './attack-vector.ts';

const vector = file as unknown as AttackVector;
const attacks = expand(vector, vector.attacks);
const accepted = expand(vector, vector.accepted);

interface WrittenKeySet {
  readonly anchor: Anchor;
  readonly text: string;
}
interface WrittenList {
  readonly text: string;
  readonly key_set: WrittenKeySet;
}
interface WrittenConnect {
  readonly clock: { readonly now: number; readonly floor: number };
  readonly policy: Omit<Policy, 'continue_without_tunnel'>;
  readonly key_sets: readonly WrittenKeySet[];
  readonly status_lists: Readonly<Record<string, WrittenList>>;
  readonly certificate: string | null;
  readonly configuration: ConfigurationMessage;
  readonly nonce: string | null;
  readonly instance: string;
  readonly device_proof: string | null;
}
interface WrittenTake {
  readonly text: string;
  readonly clock: { readonly now: number; readonly floor: number };
}

/** As the file says, and nothing of how the tables made it. */
function trialOf({ try: kind, with: members }: WrittenTrial): Trial {
  switch (kind) {
    case 'connect':
      return connectTrial(members as unknown as WrittenConnect);
    case 'take_key_set': {
      const { stored, anchor, ...rest } = members as unknown as WrittenTake & {
        readonly anchor: Anchor;
        readonly stored: string | null;
      };
      const known = stored === null ? undefined : restore({ anchor, text: stored });
      return { kind, options: { ...rest, anchor, stored: known, primitives } };
    }
    case 'take_status_list':
      return listTrial(
        members as unknown as WrittenTake & {
          readonly key_sets: readonly WrittenKeySet[];
          readonly stored: readonly WrittenList[];
          readonly asked: string | null;
        },
      );
  }
}

function connectTrial(written: WrittenConnect): Trial {
  const lists = Object.entries(written.status_lists);
  return {
    kind: 'connect',
    options: {
      certificate: written.certificate ?? undefined,
      configuration: parseConfigurationMessage(written.configuration),
      deviceProof: {
        text: written.device_proof ?? undefined,
        nonce: written.nonce ?? undefined,
        instance: written.instance,
      },
      keySets: written.key_sets.map(restore),
      statusLists: new Map(lists.map(([uri, list]) => [uri, restoreList(list)])),
      policy: { ...builtInPolicy, ...written.policy },
      clock: written.clock,
      primitives,
    },
  };
}

function listTrial(
  written: WrittenTake & {
    readonly key_sets: readonly WrittenKeySet[];
    readonly stored: readonly WrittenList[];
    readonly asked: string | null;
  },
): Trial {
  const { text, clock, asked } = written;
  const keySets = written.key_sets.map(restore);
  const stored = written.stored.map(restoreList);
  const [keySet] = keySets;
  if (asked !== null && keySet !== undefined) {
    const known = stored.find(({ uri }) => uri === asked);
    return { kind: 'take_status_list', options: { text, keySet, stored: known, clock, primitives } };
  }
  const byUri = new Map(stored.map((list) => [list.uri, list]));
  return { kind: 'deliver_status_list', options: { text, keySets, stored: byUri, clock, primitives } };
}

function restore({ anchor, text }: WrittenKeySet) {
  return restoreKeySet({ text, anchor, primitives });
}

function restoreList({ text, key_set }: WrittenList) {
  return restoreStatusList({ text, keySet: restore(key_set), primitives });
}

describe('the published attacks', () => {
  test('are what the tables of attacks make', async () => {
    const made = condense(await writtenTrials());
    const whole = { ...made, attacks: expand(made, made.attacks), accepted: expand(made, made.accepted) };
    expect(whole, 'run: node test/vector/write.ts').toEqual({ ...vector, attacks, accepted });
  });

  test.each(Object.entries(vector.base))('begin with a %s that is accepted', (kind, members) => {
    const trial = { name: kind, code: null, try: kind as WrittenTrial['try'], with: members };
    expect(attempt(trialOf(trial))).toBeNull();
  });

  test.each(accepted)('stand beside what is accepted: $name', (trial) => {
    expect(trial.code).toBeNull();
    expect(attempt(trialOf(trial))).toBeNull();
  });

  test.each(attacks)('are each refused: $name -> $code', (attack) => {
    expect(attempt(trialOf(attack))?.code).toBe(attack.code);
  });

  test('have names of their own', () => {
    const names = attacks.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test.each([
    ['alg none', 'alg none without a signature'],
    ['any alg but Ed25519', 'alg "EdDSA"', 'alg "ES256"', 'alg "RS256"', 'no alg'],
    ['HS256 with the public key', 'HS256 with the public key as secret'],
    ['embedded jwk', /^header {"jwk"/],
    ['embedded jku', /^header {"jku"/],
    ['embedded x5c', /^header {"x5c"/],
    ['unknown kid', 'signed by a key of its own'],
    ['key without the role', 'signed by the status key', 'signed by a key without roles'],
    ['wrong or missing typ', 'typ JWT', 'no typ'],
    ['unknown crit', /^header {"crit"/],
    ['expired', 'exp this very second'],
    ['not yet valid', 'nbf in the future'],
    [
      'other endpoint',
      'an endpoint with another key',
      'an endpoint with another host',
      'an endpoint with another port',
    ],
    ['one of two peers not covered', 'one of two peers not covered'],
    ['other device', 'another device’s proof', 'another device’s certificate'],
    ['replayed device proof', 'a replayed proof: the nonce is no longer open'],
    ['proof for another configuration', 'a proof for another configuration with the same endpoints'],
    ['truncated', 'a certificate cut off in the middle', 'a truncated signature'],
    ['doubled claims', 'doubled claims', 'doubled claims, one of them escaped', 'doubled claims deep inside'],
    ['oversize', 'more than 4 KiB', 'an oversize key set', 'an oversize list'],
    ['revoked', 'a revoked certificate'],
    ['suspended', 'a suspended certificate'],
    ['status value 3', 'status value 3'],
    ['list too old', 'a list past the grace before its exp'],
    ['list older than the stored one', 'an older list', 'an older list, delivered'],
    ['same iat with other bytes', 'the same second with other bytes'],
    [
      'list of another issuer',
      'the list of another gateway under this address',
      'a list in another gateway’s name',
    ],
    ['index out of range', 'an index one beyond the list'],
    ['decompression bomb', 'a decompression bomb of 16 MiB'],
    ['clock behind the floor', 'a clock behind the floor'],
    ['a declaration that nobody accepts', 'a declaration where nobody has accepted any'],
    ['a declaration with alg none', 'a declaration with alg none'],
    ['a declaration with HS256', 'a declaration with HS256 and the public key as secret'],
    ['a declaration by another key', 'a declaration signed by another key, in this one’s name'],
    ['a declaration in another key’s name', 'a declaration in another key’s name'],
    ['a declaration of more than 90 days', 'a declaration with a life of 90 days and a second'],
    ['a declaration with a status', 'a declaration with a status list'],
    ['a declaration with a kid', 'a declaration with a kid besides its jwk'],
    ['a certificate as a declaration', 'a certificate as a declaration: the type changed'],
    ['a declaration as a certificate', 'a declaration as a certificate: the type changed'],
    ['an expired declaration', 'a declaration in the second of its exp'],
    ['a declaration of another server', 'a declaration of another VPN server'],
    ['another device’s declaration', 'another device’s declaration'],
  ])('hold %s', (_, ...expected) => {
    for (const name of expected) {
      const found = attacks.some((attack) =>
        typeof name === 'string' ? attack.name === name : name.test(attack.name),
      );
      expect(found, String(name)).toBe(true);
    }
  });
});
