import { describe, expect, test } from 'vitest';
import { nodePrimitives } from '#daemon/platform/node-primitives.ts';
import { anchorSchema } from '#shared/contract/gateway-contract.ts';
import { fingerprint } from '#shared/registration/anchor.ts';
import { deviceProofClaims } from '#shared/registration/device-proof.ts';
import { acceptKeySet } from '#shared/registration/key-set.ts';
import { builtInPolicy } from '#shared/registration/policy.ts';
import { acceptStatusList } from '#shared/registration/status-list.ts';
import { thumbprint } from '#shared/registration/thumbprint.ts';
import { verifyRegistration } from '#shared/registration/verify-registration.ts';
import {
  canonicalConfiguration,
  parseConfigurationMessage,
} from '#shared/wireguard/configuration-conversion.ts';
import vector from '../../vector/registration.json' with { type: 'json' };
import { acceptedStatusList, makeGateway } from './issue.ts';

const primitives = nodePrimitives;
const { clock, nonce, instance } = vector;
const anchor = anchorSchema.parse(vector.anchor);
const configuration = parseConfigurationMessage(vector.configuration);

function present(certificate: string, text: string) {
  const keySet = acceptKeySet({ text: vector.key_set, anchor, stored: undefined, clock, primitives });
  const list = acceptStatusList({ text: vector.status_list, keySet, stored: undefined, clock, primitives });
  const deviceProof = { text, nonce, instance };
  const statusLists = new Map([[list.uri, list]]);
  const grounds = { keySets: [keySet], statusLists, policy: builtInPolicy, clock };
  return verifyRegistration({ certificate, configuration, deviceProof, ...grounds, primitives });
}

describe('the published vector', () => {
  test('opens the gate', () => {
    expect(present(vector.certificate, vector.device_proof).kind).toBe('verified');
  });

  test.each(vector.refused)('$name -> $code', ({ certificate, device_proof, code }) => {
    expect(present(certificate, device_proof)).toMatchObject({ kind: 'refused', refusal: { code } });
  });

  test('names keys and hashes as written there', () => {
    expect(fingerprint(anchor, primitives)).toBe(vector.fingerprint);
    expect(thumbprint(vector.device, primitives)).toBe(vector.device_thumbprint);
    expect(canonicalConfiguration(configuration)).toBe(vector.canonical_configuration);
    const { certificate } = vector;
    const claims = deviceProofClaims({
      certificate,
      configuration,
      nonce,
      instance,
      now: clock.now,
      primitives,
    });
    expect(claims.certificate_hash).toBe(vector.certificate_hash);
    expect(claims.configuration_hash).toBe(vector.configuration_hash);
  });
});

test.each(vector.token_status_list)('the list of $from reads as written there', ({ lst, statuses }) => {
  const read = acceptedStatusList(makeGateway(), { status_list: { bits: 2, lst } });
  expect(statuses.map((_, index) => read.statusAt(index))).toEqual(statuses);
  expect(read.statusAt(statuses.length)).toBeUndefined();
});
