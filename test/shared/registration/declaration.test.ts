import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { DECLARATION_TYPE, openDeclaration } from '#shared/registration/declaration.ts';
import { builtInPolicy } from '#shared/registration/policy.ts';
import {
  checkRegistration,
  reverifyRegistration,
  verifyRegistration,
  type VerifiedRegistration,
} from '#shared/registration/verify-registration.ts';
import { presenting } from './attack.ts';
import {
  acceptingDeclared,
  declarationClaims,
  declarationHeader,
  declare,
  declaring,
  makeDeclaredScene,
  type DeclarationChanges,
} from './declare.ts';
import { DAY, makeEndpoint, makeScene, NOW, signJws } from './issue.ts';

type Options = ReturnType<typeof makeDeclaredScene>['options'];

function verified(options: Options): VerifiedRegistration {
  const result = verifyRegistration(options);
  if (result.kind === 'refused') throw new Error(result.refusal.code);
  return result.registration;
}

const codeOf = (options: Parameters<typeof verifyRegistration>[0]): string | undefined => {
  const result = verifyRegistration(options);
  return result.kind === 'refused' ? result.refusal.code : undefined;
};
const stating = (changes: DeclarationChanges) => codeOf(makeDeclaredScene(changes).options);

describe('a declaration, where the administrator accepts the registrant’s own word', () => {
  test('opens the gate without any gateway, key set or status list, and says that it is declared', () => {
    const { options, device } = makeDeclaredScene();
    expect(options.keySets).toEqual([]);
    expect(options.statusLists.size).toBe(0);
    const registration = verified(options);
    expect(registration.claims.assurance).toBe('declared');
    expect(registration.issuerKey).toBe(device.kid);
    expect(registration.certificateText).toBe(options.certificate);
  });

  test('opens it in the same way beside a joined gateway', () => {
    const scene = makeScene();
    const { keySets, statusLists } = scene.options;
    const declaration = declare(scene.device, scene.endpoints);
    const options = { ...scene.options, ...declaring(scene, declaration), keySets, statusLists };
    expect(codeOf(options)).toBeUndefined();
  });

  test('takes what is signed by another implementation', async () => {
    const scene = makeScene();
    const text = await new SignJWT(declarationClaims(scene.device, scene.endpoints))
      .setProtectedHeader({ alg: 'Ed25519', typ: DECLARATION_TYPE, jwk: scene.device.publicJwk })
      .sign(scene.device.privateKey);
    expect(codeOf({ ...scene.options, ...declaring(scene, text) })).toBeUndefined();
  });

  test('takes commitments, each of them optional', () => {
    const hash = 'A'.repeat(43);
    expect(stating({ commitments: { reference: hash, evidence: hash } })).toBeUndefined();
    expect(stating({ commitments: { evidence: hash } })).toBeUndefined();
    expect(stating({ commitments: {} })).toBeUndefined();
    expect(stating({ commitments: { reference: `${hash}=` } })).toBe('declaration_claims_invalid');
  });

  test('takes 90 days, a decision of the same second, and the last second before exp', () => {
    expect(stating({ iat: NOW, nbf: NOW, exp: NOW + 90 * DAY })).toBeUndefined();
    expect(stating({ exp: NOW + 1 })).toBeUndefined();
    const { decision } = declarationClaims(makeScene().device, []);
    expect(stating({ iat: NOW, decision: { ...decision, decided_at: NOW } })).toBeUndefined();
    expect(stating({ nbf: NOW + 300, iat: NOW + 300 })).toBeUndefined();
  });

  test('takes eight endpoints and 4096 characters', () => {
    const scene = makeScene();
    const seven = Array.from({ length: 7 }, () => makeEndpoint('a.example'));
    const claims = declarationClaims(scene.device, [...scene.endpoints, ...seven]);
    const header = declarationHeader(scene.device);
    const short = signJws(header, claims, scene.device);
    // White space in the payload is as good as any other text of it.
    const spaces = Math.floor(((4096 - short.length) * 3) / 4) - 1;
    const long = signJws(header, JSON.stringify(claims).replace('{', `{${' '.repeat(spaces)}`), scene.device);
    expect(long.length).toBeGreaterThan(4090);
    expect(long.length).toBeLessThanOrEqual(4096);
    expect(codeOf({ ...scene.options, ...declaring(scene, long) })).toBeUndefined();
  });
});

describe('a declaration, otherwise', () => {
  test('is refused out of the box, with the one thing to do', () => {
    const { options } = makeDeclaredScene();
    expect(verifyRegistration({ ...options, policy: builtInPolicy })).toMatchObject({
      kind: 'refused',
      refusal: {
        code: 'declaration_not_accepted',
        nextAction:
          'Ask the administrator of this computer to accept it: `sudo sanad policy accept declared`.',
      },
    });
  });

  test('never counts as any other assurance', () => {
    const { options } = makeDeclaredScene();
    for (const assurance of ['attested', 'exempt', 'provisional'] as const) {
      const policy = { ...builtInPolicy, accepted_assurances: [assurance] };
      expect(codeOf({ ...options, policy })).toBe('declaration_not_accepted');
    }
  });

  test('falls while a tunnel is up: with time, and with a policy that no longer accepts it', () => {
    const { options } = makeDeclaredScene();
    const registration = verified(options);
    const again = (changes: Partial<Options>) =>
      reverifyRegistration({ ...options, ...changes, registration });
    expect(again({}).kind).toBe('verified');
    expect(again({ policy: builtInPolicy })).toMatchObject({ refusal: { code: 'declaration_not_accepted' } });
    const late = { now: NOW + 90 * DAY, floor: NOW };
    expect(again({ clock: late })).toMatchObject({ refusal: { code: 'declaration_expired' } });
    const behind = { now: NOW, floor: NOW + 301 };
    expect(again({ clock: behind })).toMatchObject({ refusal: { code: 'clock_behind' } });
  });

  test('makes no time past: an iat ahead of the clock is no reason to hold the clock behind', () => {
    const { options } = makeDeclaredScene({ iat: NOW + 290, nbf: NOW, exp: NOW + 3600 });
    const clock = { now: NOW - 10, floor: 0 };
    const registration = verified({ ...options, clock });
    const earlier = { now: NOW - 10 - 300, floor: 0 };
    const result = reverifyRegistration({ ...options, registration, clock: earlier });
    expect(result).toMatchObject({ refusal: { code: 'declaration_not_yet_valid' } });
  });

  test('is checked for a tunnel without a proof, as a certificate is', () => {
    const { options, endpoints } = makeDeclaredScene();
    const asked = endpoints.map(({ public_key: publicKey, host, port }) => ({ publicKey, host, port }));
    expect(checkRegistration({ ...options, endpoints: asked })).toBeNull();
    const other = asked.map((one) => ({ ...one, port: 1 }));
    expect(checkRegistration({ ...options, endpoints: other })?.code).toBe('endpoint_not_covered');
    expect(checkRegistration({ ...options, policy: builtInPolicy, endpoints: asked })?.code).toBe(
      'declaration_not_accepted',
    );
  });

  test('is a type of its own: a certificate is none, and an empty text is read as a certificate', () => {
    const { options } = makeScene();
    const open = () => openDeclaration({ declaration: options.certificate, primitives: options.primitives });
    expect(open).toThrow(expect.objectContaining({ name: 'RefusedError' }));
    const scene = makeScene();
    expect(codeOf({ ...scene.options, ...presenting(scene, ''), policy: acceptingDeclared })).toBe(
      'certificate_malformed',
    );
  });
});
