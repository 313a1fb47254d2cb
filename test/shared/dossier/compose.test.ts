import { describe, expect, test } from 'vitest';
import { composeDossier, type DossierParts } from '#shared/dossier/compose.ts';
import { dossierSchema } from '#shared/dossier/dossier-schema.ts';
import { smallProfile } from '../registration/authority-profile/small-profile.ts';

const en = (text: string) => ({ en: text });

const portal = {
  name: en('Portal'),
  url: 'https://portal.office.example/',
  steps: [en('Sign in')],
  form: [
    { label: 'Identity No', field: 'number' },
    { label: 'IPs', field: 'sources' },
    { label: 'Purpose of use', field: 'purpose' },
  ],
  reference: en('Tracking number'),
};

const channels = [{ kind: 'portal' }];

const endpoint = {
  ...{ host: 'vpn.example', port: 51820 },
  publicKey: 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=',
};

function parts(changes: Partial<DossierParts> = {}): DossierParts {
  return {
    profile: smallProfile({ portal, channels }),
    application: {
      ...{ route: 'phone', category: 'person' },
      fields: { number: '123 45', purpose: 'Work for clients abroad', sources: '8.8.8.8' },
    },
    documents: [{ kind: 'card', contentType: 'image/jpeg', size: 1000, sha256: 'ab'.repeat(32) }],
    endpoints: [endpoint],
    now: 1_800_000_000,
    ...changes,
  };
}

describe('a dossier', () => {
  test('has the portal’s questions in its order and words, and every answer as it is kept and as it is written', () => {
    const field = {
      ...{ id: 'number', label: en('Number'), kind: 'identifier', level: 'required', scope: 'applicant' },
      ...{ strip: '[ -]', display: { groups: [2, 3], separator: '-' } },
    };
    const { fields } = smallProfile().document;
    const profile = smallProfile({ portal, channels, fields: [field, ...fields.slice(1)] });
    const dossier = composeDossier(parts({ profile }));
    expect(dossier.form).toEqual([
      { label: 'Identity No', field: 'number', value: '12-345' },
      { label: 'Purpose of use', field: 'purpose', value: 'Work for clients abroad' },
    ]);
    expect(dossier.answers[0]).toEqual({ field: 'number', label: 'Number', value: '12345', shown: '12-345' });
    expect(dossierSchema.parse(dossier)).toEqual(dossier);
  });

  test('holds nothing that this way of registering does not ask for', () => {
    // An address that was given once, for another route.
    expect(JSON.stringify(composeDossier(parts()))).not.toContain('8.8.8.8');
  });

  test('leaves out what is only known once it is filed', () => {
    const { fields } = smallProfile().document;
    const later = { ...fields[4], id: 'reference', stage: 'filed', kind: 'text' };
    const profile = smallProfile({ portal, channels, fields: [...fields, later] });
    const { application } = parts();
    const filed = { ...application, fields: { ...application.fields, reference: 'PTA-7' } };
    expect(JSON.stringify(composeDossier(parts({ profile, application: filed })))).not.toContain('PTA-7');
  });

  test('says that it is the applicant’s, and by whose rules it was made', () => {
    const { notice, profile } = composeDossier(parts());
    expect(notice).toBe('Prepared by the applicant with Sanad; not issued by the authority.');
    expect(profile).toMatchObject({ reference: 'xx-small@3', maintainer: 'Somebody' });
    expect(profile.sources[0]?.verified).toBe('2026-03-01');
  });

  test('names documents by kind and number: what the applicant’s files are called stays here', () => {
    const { documents } = composeDossier(parts());
    expect(documents).toEqual([
      {
        ...{ kind: 'card', label: 'card', file: '01-card.jpg', content_type: 'image/jpeg', size: 1000 },
        sha256: 'ab'.repeat(32),
      },
    ]);
  });
});

describe('the VPN server', () => {
  const rules = (needed: boolean, form: readonly { label: string; field: string }[] = portal.form) =>
    smallProfile({
      endpoint: { needed, note: en('See whether your contract allows it.') },
      portal: { ...portal, form },
      channels,
    });

  test('is left out where the authority does not ask for it', () => {
    const dossier = composeDossier(parts({ profile: rules(false) }));
    expect(dossier.endpoints).toEqual([]);
    expect(JSON.stringify(dossier)).not.toMatch(/vpn\.example|51820/);
  });

  test('is there without its key where the authority asks for it, with the note on confidentiality', () => {
    const dossier = composeDossier(parts({ profile: rules(true) }));
    expect(dossier.endpoints).toEqual([{ host: 'vpn.example', port: 51820 }]);
    expect(dossier.endpoint_note).toBe('See whether your contract allows it.');
  });

  test('has its public key only where the portal’s form has a place for it', () => {
    const form = [{ label: 'Server key', field: 'endpoint_public_key' }];
    const dossier = composeDossier(parts({ profile: rules(false, form) }));
    expect(dossier.endpoints[0]?.public_key).toBe(endpoint.publicKey);
    expect(dossier.form).toEqual([{ label: 'Server key', field: form[0]?.field, value: endpoint.publicKey }]);
  });
});

describe('an application that is not complete', () => {
  test('is refused, naming in the profile’s words what is missing and what is wrong', () => {
    const application = { route: 'phone', category: 'person', fields: { number: 'x' } };
    expect(() => composeDossier(parts({ application, documents: [] }))).toThrow(
      expect.objectContaining({
        problem: expect.objectContaining({
          code: 'dossier_incomplete',
          reason: expect.stringContaining('(Purpose; Number; card)') as string,
        }) as object,
      }) as Error,
    );
  });

  test('is refused on a way that its kind of applicant does not have', () => {
    const application = { ...parts().application, route: 'line' };
    expect(() => composeDossier(parts({ application }))).toThrow('route_not_for_category');
  });
});
