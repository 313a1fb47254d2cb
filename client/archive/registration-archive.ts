import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import * as z from 'zod';
import { endpointSchema, epochSeconds, registrationStates } from '#shared/contract/gateway-contract.ts';
import { MAX_CERTIFICATE_BYTES } from '#shared/registration/certificate.ts';
import type { KnownCertificate, KnownRegistration } from '#shared/report/compose.ts';
import type { AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import { reportedDetails } from '#shared/report/mask.ts';
import { detailSchema } from '#shared/report/report-schema.ts';
import { JsonFolder } from '../file/json-folder.ts';
import { withLock } from '../file/lock.ts';
import { readClaims } from '../registration/read-certificate.ts';
import type { StoredRegistration } from '../registration/stored-registration.ts';

/** Far more than a case has; at 18 certificates a year, 14 years. */
const MAX_STATES = 256;
const MAX_CERTIFICATES = 256;

/** What was known of a registration, and when. Identity numbers are masked before they get here. */
const archivedRegistrationSchema = z.strictObject({
  version: z.literal(1),
  registration: z.uuid(),
  gateway: z.string(),
  label: z.string(),
  profile: z.string(),
  route: z.string(),
  category: z.string(),
  endpoints: z.array(endpointSchema),
  details: z.array(detailSchema),
  states: z.array(z.strictObject({ state: z.enum(registrationStates), at: epochSeconds })),
  certificates: z.array(z.string().max(MAX_CERTIFICATE_BYTES)),
});
type ArchivedRegistration = z.infer<typeof archivedRegistrationSchema>;

/** A person's registrations through time. */
export class RegistrationArchive {
  readonly #directory: string;
  readonly #records: JsonFolder<typeof archivedRegistrationSchema>;

  constructor(configDirectory: string) {
    this.#directory = join(configDirectory, 'archive', 'registration');
    this.#records = new JsonFolder(this.#directory, archivedRegistrationSchema);
  }

  /**
   * Adds what is new in it: a state, a certificate. `profile`: the case's own, which says what is personal; undefined: it
   * is not here, and everything that was answered is masked.
   */
  async note(registration: StoredRegistration, profile: AuthorityProfile | undefined): Promise<void> {
    const { id } = registration.view;
    await withLock(join(this.#directory, `${id}.lock`), async () => {
      const known = await this.#records.read(id);
      const noted = noteIn(known, registration, profile);
      if (!isDeepStrictEqual(known, noted)) await this.#records.write(id, noted);
    });
  }

  async all(): Promise<readonly KnownRegistration[]> {
    return (await this.#records.all()).map(({ version: _version, certificates, ...rest }) => ({
      ...rest,
      certificates: certificates.flatMap(knownCertificate),
    }));
  }
}

function knownCertificate(text: string): KnownCertificate[] {
  const claims = readClaims(text);
  return claims === undefined ? [] : [{ text, claims }];
}

function noteIn(
  known: ArchivedRegistration | undefined,
  { view, origin, tunnel, certificate }: StoredRegistration,
  caseProfile: AuthorityProfile | undefined,
): ArchivedRegistration {
  const { id: registration, profile, route, category, endpoints, fields } = view;
  const certificates = known?.certificates ?? [];
  const isNew = certificate !== null && !certificates.includes(certificate);
  return {
    ...{ version: 1, registration, gateway: origin, label: tunnel },
    ...{ profile, route, category, endpoints },
    // Whoever read it from its file does not know them.
    details: Object.keys(fields).length === 0 ? (known?.details ?? []) : reportedDetails(fields, caseProfile),
    states: statesWith(known?.states ?? [], view),
    certificates: (isNew ? [...certificates, certificate] : certificates).slice(-MAX_CERTIFICATES),
  };
}

/** In order of time; the submission itself is known from every view. */
function statesWith(
  states: ArchivedRegistration['states'],
  { state, changed_at: at, submitted_at: submittedAt }: StoredRegistration['view'],
): ArchivedRegistration['states'] {
  const told = [
    { state: 'submitted' as const, at: submittedAt },
    { state, at },
  ];
  const added = told.filter((one) => !states.some((there) => isDeepStrictEqual(there, one)));
  if (added.length === 2 && isDeepStrictEqual(added[0], added[1])) added.pop();
  return [...states, ...added].toSorted((a, b) => a.at - b.at).slice(-MAX_STATES);
}
