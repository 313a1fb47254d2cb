import type { DossierDocument } from '#client/dossier/dossier-document.ts';
import { lookAtDocuments } from '#client/dossier/dossier-document.ts';
import { composeDossier, type DossierParts } from '#shared/dossier/compose.ts';
import type { Dossier } from '#shared/dossier/dossier-schema.ts';
import { smallProfile } from '../../shared/registration/authority-profile/small-profile.ts';

const en = (text: string) => ({ en: text });

export const portal = {
  name: en('Member portal'),
  url: 'https://portal.office.example/',
  steps: [en('Sign in'), en('Submit the application')],
  form: [
    { label: 'Identity No', field: 'number' },
    { label: 'Purpose of VPN usage', field: 'purpose' },
  ],
  reference: en('Tracking number'),
};

export function pdfDocument(kind: string, content = '%PDF-1.4\n%%EOF\n'): DossierDocument {
  return {
    kind,
    contentType: 'application/pdf',
    read: async () => await Promise.resolve(Buffer.from(content)),
  };
}

export async function sampleDossier(
  documents: readonly DossierDocument[],
  changes: Partial<DossierParts> = {},
): Promise<Dossier> {
  return composeDossier({
    profile: smallProfile({ portal, channels: [{ kind: 'portal' }] }),
    application: {
      ...{ route: 'phone', category: 'person' },
      fields: { number: '12345', purpose: 'Work for clients abroad' },
    },
    documents: await lookAtDocuments(documents),
    endpoints: [],
    now: 1_800_000_000,
    ...changes,
  });
}
