import type { EndpointClaim } from '#shared/contract/gateway-contract.ts';
import { DECLARATION_TYPE, type DeclarationClaims } from '#shared/registration/declaration.ts';
import { builtInPolicy, type Policy } from '#shared/registration/policy.ts';
import { presenting } from './attack.ts';
import { DAY, makeScene, NOW, signJws, type Scene, type TestKey } from './issue.ts';
import { vary } from './variation.ts';

/** Where the administrator has said that the registrant's own word counts. */
export const acceptingDeclared: Policy = {
  ...builtInPolicy,
  accepted_assurances: ['attested', 'exempt', 'declared'],
};

export interface DeclarationChanges extends Partial<Omit<DeclarationClaims, 'assurance'>> {
  readonly signer?: TestKey;
  readonly assurance?: string;
}

export const issuerOf = (key: TestKey): string => `urn:ietf:params:oauth:jwk-thumbprint:sha-256:${key.kid}`;

export function declarationClaims(
  device: TestKey,
  endpoints: EndpointClaim[],
  changes: Omit<DeclarationChanges, 'signer'> = {},
) {
  return {
    ver: 1,
    iss: issuerOf(device),
    sub: '0b5f3a1e-8f0e-4b57-9a9e-6f1f6c1f2d55',
    jti: vary.bytes(16).toString('hex'),
    iat: NOW - 3600,
    nbf: NOW - 3600,
    exp: NOW - 3600 + 90 * DAY,
    cnf: { jkt: device.kid },
    endpoints,
    decision: {
      authority: 'pk-pta',
      profile: 'pk-pta@1',
      route: 'A',
      category: 'company',
      decided_at: NOW - 5 * DAY,
    },
    assurance: 'declared',
    ...changes,
  };
}

export const declarationHeader = (signer: TestKey) => ({
  alg: 'Ed25519',
  typ: DECLARATION_TYPE,
  jwk: signer.publicJwk,
});

/** As a device states it. */
export function declare(
  device: TestKey,
  endpoints: EndpointClaim[],
  changes: DeclarationChanges = {},
): string {
  const { signer = device, ...claims } = changes;
  return signJws(declarationHeader(signer), declarationClaims(device, endpoints, claims), signer);
}

/** The scene with a text in the certificate's place and no gateway at all, where the policy accepts the declared. */
export function declaring(scene: Scene, declaration: string) {
  const alone = { keySets: [], statusLists: new Map<string, never>(), policy: acceptingDeclared };
  return { ...presenting(scene, declaration), ...alone };
}

/** A tunnel whose owner states its registration, on a machine that has joined no gateway and accepts it. */
export function makeDeclaredScene(changes: DeclarationChanges = {}) {
  const scene = makeScene();
  const declaration = declare(scene.device, scene.endpoints, changes);
  return { ...scene, options: { ...scene.options, ...declaring(scene, declaration) } };
}
