import { readProfile, type AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';

const en = (text: string) => ({ en: text });

/** The least that is a profile: two routes, two categories, one field of every kind. Tests change what they are about. */
export function smallProfileDocument(changes: Readonly<Record<string, unknown>> = {}) {
  return {
    format: 1,
    id: 'xx-small',
    version: 3,
    requires: [],
    authority: {
      ...{ id: 'office', name: en('Office of Networks'), short_name: en('Office') },
      ...{ country: 'XX', website: 'https://office.example/' },
    },
    maintainer: { name: 'Somebody', contact: 'somebody@office.example' },
    languages: ['en'],
    sources: [
      { id: 'page', title: en('The page'), url: 'https://office.example/vpn', verified: '2026-03-01' },
    ],
    routes: [
      {
        ...{ id: 'line', name: en('Line'), summary: en('A line'), subject: 'source_address' },
        ...{ address_warning: true, covers_all_endpoints: true },
      },
      {
        ...{ id: 'phone', name: en('Phone'), summary: en('A phone'), subject: 'mobile_number' },
        ...{ address_warning: false, covers_all_endpoints: true },
      },
    ],
    categories: [
      { id: 'firm', name: en('Firm'), summary: en('A firm'), routes: ['line', 'phone'] },
      { id: 'person', name: en('Person'), summary: en('A person'), routes: ['phone'] },
    ],
    fields: [
      {
        ...{ id: 'number', label: en('Number'), kind: 'identifier', level: 'required', scope: 'applicant' },
        ...{ strip: '[ -]', rewrite: [{ pattern: '^00', with: '+' }] },
        rules: [
          { pattern: '\\+?\\d{5}', level: 'required', reason: en('Five digits') },
          { pattern: '\\+?[1-9]\\d*', level: 'warn', reason: en('Rarely begins with 0') },
        ],
      },
      {
        ...{ id: 'sources', label: en('Addresses'), kind: 'addresses', level: 'required' },
        ...{ scope: 'registration', most: 4, when: { routes: ['line'] } },
      },
      {
        ...{ id: 'tax', label: en('Tax'), kind: 'choice', level: 'required', scope: 'applicant' },
        choices: [
          { id: 'yes', label: en('Yes') },
          { id: 'no', label: en('No') },
        ],
        when: { categories: ['firm'] },
      },
      {
        ...{
          id: 'tax_number',
          label: en('Tax number'),
          kind: 'identifier',
          level: 'required',
          scope: 'applicant',
        },
        when: { field: { id: 'tax', is: ['yes'] } },
      },
      { id: 'since', label: en('Since'), kind: 'date', level: 'optional', scope: 'applicant' },
      {
        ...{ id: 'purpose', label: en('Purpose'), kind: 'paragraph', level: 'required' },
        ...{ scope: 'registration', least: 5, most: 50 },
      },
      {
        ...{ id: 'software', label: en('Software'), kind: 'text', level: 'required', scope: 'registration' },
        default: 'WireGuard',
      },
    ],
    documents: [
      evidence('card', { stamped: true }),
      evidence('letter', { group: 'proof', when: { categories: ['firm'] } }),
      evidence('tax_record', { group: 'proof', when: { categories: ['firm'] } }),
      evidence('extra', { level: 'optional' }),
    ],
    route_finder: {
      questions: [
        {
          ...{ id: 'where', text: en('Where?') },
          choices: [
            { id: 'office', label: en('Office') },
            { id: 'road', label: en('Road') },
          ],
        },
      ],
      rules: [
        { answers: { where: ['office'] }, address: ['fixed'], route: 'line', because: en('Fixed') },
        { route: 'phone', because: en('Else') },
      ],
    },
    endpoint: { needed: false, note: en('Not asked for') },
    procedure: [
      { id: 'filed', label: en('Filed'), who: 'registrant', state: 'filed_with_authority' },
      { id: 'decided', label: en('Decided'), who: 'authority', state: 'attested' },
    ],
    decision_time: { unit: 'days', least: 2, most: 5, from: 'filed', source: 'page' },
    calendar: { time_zone: 'UTC', working_days: [1, 2, 3, 4, 5], opens: 9, closes: 17, holidays: [] },
    validity: null,
    changes: [{ id: 'source_address', label: en('Another address'), needs: 'decision' }],
    assurances: ['attested'],
    deadlines: [],
    exempt_providers: [],
    channels: [{ kind: 'gateway' }],
    portal: null,
    letters: [],
    declaration: en('I state that this is true.'),
    ...changes,
  };
}

export function smallProfile(changes: Readonly<Record<string, unknown>> = {}): AuthorityProfile {
  return readProfile(smallProfileDocument(changes));
}

function evidence(id: string, more: Readonly<Record<string, unknown>>) {
  return {
    ...{ id, label: en(id), level: 'required', content_types: ['application/pdf', 'image/jpeg'] },
    ...{ max_bytes: 100_000, at_most: 2, scope: 'applicant' },
    ...more,
  };
}
