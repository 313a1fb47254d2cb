import { describe, expect, it } from 'vitest';
import { evaluateProfile, isAcceptable } from '#shared/registration/authority-profile/evaluate.ts';
import { pakistan } from './profiles.ts';

const person = { full_name: 'Ayesha Khan', cnic: '3520212345678' };
const purpose = 'Remote work for a software client abroad';
const line = {
  ...{ isp_name: 'Example Net', subscriber_id: 'S-1', ip_type: 'fixed', source_address: '39.32.10.1' },
};

/** For each route and category the least that is accepted. */
const complete = {
  freelancerB: {
    ...{ route: 'B', category: 'freelancer' },
    fields: { ...person, client_name: 'Example Ltd', mobile_number: '03001234567', purpose },
    documents: { cnic_front: 1, cnic_back: 1, letter: 1 },
  },
  freelancerA: {
    ...{ route: 'A', category: 'freelancer' },
    fields: { ...person, client_name: 'Example Ltd', ...line, purpose },
    documents: { cnic_front: 1, cnic_back: 1, evidence: 1 },
  },
  companyA: {
    ...{ route: 'A', category: 'company' },
    fields: { ...person, company_name: 'Example (Pvt) Ltd', ...line, purpose },
    documents: { cnic_front: 1, cnic_back: 1, tax: 1 },
  },
  companyC: {
    ...{ route: 'C', category: 'company' },
    fields: { company_name: 'Example (Pvt) Ltd', provider: 'A licensed provider', purpose },
    documents: {},
  },
  callCentre: {
    ...{ route: 'A', category: 'call_centre' },
    fields: {
      ...{ ...person, company_name: 'Example (Pvt) Ltd', ...line, purpose },
      ...{ pseb_number: 'PSEB/CC/1', pseb_expiry: '2027-06-30' },
    },
    documents: { cnic_front: 1, cnic_back: 1, incorporation: 1, pseb_certificate: 1 },
  },
  conference: {
    ...{ route: 'A', category: 'video_conferencing' },
    fields: { ...person, company_name: 'Example (Pvt) Ltd', ...line, purpose },
    documents: { cnic_front: 1, cnic_back: 1, organisation_letter: 1 },
  },
} as const;
type Who = keyof typeof complete;

function evaluate(who: Who, fields: Readonly<Record<string, string>> = {}) {
  const application = complete[who];
  return evaluateProfile(pakistan, { ...application, fields: { ...application.fields, ...fields } });
}

/** What becomes of one value of one field. */
function outcome(who: Who, field: string, value: string): string {
  const verdict = evaluate(who, { [field]: value }).fields.find((one) => one.field === field);
  if (verdict === undefined) return 'not asked';
  return verdict.state === 'wrong' ? `wrong: ${verdict.wrong?.code}` : `${verdict.state}: ${verdict.value}`;
}

describe('pk-pta: a complete application', () => {
  it.each(Object.keys(complete) as Who[])('%s is accepted and has all its documents', (who) => {
    const verdict = evaluate(who);
    expect(verdict).toMatchObject({ choice: 'good', completeness: 100, unasked: [] });
    expect(isAcceptable(verdict, { documents: true })).toBe(true);
  });

  it.each(
    (Object.keys(complete) as Who[]).flatMap((who) =>
      Object.keys(complete[who].fields).map((field) => [who, field] as const),
    ),
  )('%s without %s is not', (who, field) => {
    const verdict = evaluate(who, { [field]: ' ' });
    expect(verdict.missing.fields).toEqual([field]);
    expect(isAcceptable(verdict, { documents: false })).toBe(false);
  });

  it.each([
    ['freelancerB', 'letter', ['client_proof']],
    ['freelancerA', 'evidence', ['client_proof']],
    ['companyA', 'tax', ['organisation_proof']],
    ['callCentre', 'incorporation', ['organisation_proof']],
    ['callCentre', 'pseb_certificate', ['pseb_certificate']],
    ['conference', 'organisation_letter', ['organisation_proof']],
    ['companyA', 'cnic_front', ['cnic_front']],
    ['companyA', 'cnic_back', ['cnic_back']],
  ] as const)('%s without the document %s lacks %o', (who, kind, missing) => {
    const documents: Record<string, number> = { ...complete[who].documents };
    delete documents[kind];
    expect(evaluateProfile(pakistan, { ...complete[who], documents }).missing.documents).toEqual(missing);
  });

  it('of a customer of a licensed provider asks for no identity card', () => {
    expect(evaluate('companyC', { cnic: '3520212345678' }).unasked).toEqual(['cnic']);
  });

  it.each(['call_centre', 'video_conferencing'])(
    'of %s is whitelisting, which is for addresses',
    (category) => {
      const of = (route: string) => evaluateProfile(pakistan, { route, category, fields: {} }).choice;
      expect([of('A'), of('B'), of('C')]).toEqual([
        'good',
        'route_not_for_category',
        'route_not_for_category',
      ]);
    },
  );

  it('by mobile number is for freelancers alone', () => {
    expect(evaluateProfile(pakistan, { route: 'B', category: 'company', fields: {} }).choice).toBe(
      'route_not_for_category',
    );
  });
});

describe('pk-pta: field rules', () => {
  it.each([
    // CNIC: spaces and dashes go, 13 digits; odd first or last digits only warn.
    ['freelancerB', 'cnic', '35202-1234567-8', 'good: 3520212345678'],
    ['freelancerB', 'cnic', ' 35202 1234567 8 ', 'good: 3520212345678'],
    ['freelancerB', 'cnic', '۳۵۲۰۲-۱۲۳۴۵۶۷-۸', 'good: 3520212345678'],
    ['freelancerB', 'cnic', '0520212345678', 'odd: 0520212345678'],
    ['freelancerB', 'cnic', '9520212345678', 'odd: 9520212345678'],
    ['freelancerB', 'cnic', '3520212345670', 'odd: 3520212345670'],
    ['freelancerB', 'cnic', '352021234567', 'wrong: form'],
    ['freelancerB', 'cnic', '35202123456789', 'wrong: form'],
    ['freelancerB', 'cnic', '35202-12345A7-8', 'wrong: form'],
    // NTN: seven digits and perhaps a check digit; other shapes warn.
    ['companyA', 'ntn', '1234567', 'good: 1234567'],
    ['companyA', 'ntn', '1234567-8', 'good: 1234567-8'],
    ['companyA', 'ntn', '12345678', 'good: 12345678'],
    ['companyA', 'ntn', '3520212345678', 'odd: 3520212345678'],
    ['companyA', 'ntn', 'A12-3', 'odd: A12-3'],
    ['companyA', 'ntn', '1234567-89', 'odd: 1234567-89'],
    ['freelancerB', 'ntn', '1234567', 'not asked'],
    // Mobile: normalised; the operator is nobody's business.
    ['freelancerB', 'mobile_number', '03001234567', 'good: +923001234567'],
    ['freelancerB', 'mobile_number', '0300-1234567', 'good: +923001234567'],
    ['freelancerB', 'mobile_number', '00923001234567', 'good: +923001234567'],
    ['freelancerB', 'mobile_number', '+92 300 1234567', 'good: +923001234567'],
    ['freelancerB', 'mobile_number', '923001234567', 'good: +923001234567'],
    ['freelancerB', 'mobile_number', '+92 (0)399 1234567', 'good: +923991234567'],
    ['freelancerB', 'mobile_number', '٠٣٠٠١٢٣٤٥٦٧', 'good: +923001234567'],
    ['freelancerB', 'mobile_number', '0421234567', 'wrong: form'],
    ['freelancerB', 'mobile_number', '+9230012345678', 'wrong: form'],
    ['freelancerB', 'mobile_number', '030012345', 'wrong: form'],
    ['freelancerB', 'mobile_number', '+4917012345678', 'wrong: form'],
    ['freelancerB', 'mobile_number', 'none', 'wrong: form'],
    // Landline: warns only.
    ['companyA', 'landline', '051 1234567', 'good: +92511234567'],
    ['companyA', 'landline', '0092-91-123456', 'good: +9291123456'],
    ['companyA', 'landline', '03001234567', 'odd: +923001234567'],
    ['companyA', 'landline', '111 222', 'odd: 111222'],
    // Provider and subscriber: required on route A, 1 to 64 characters.
    ['companyA', 'isp_name', 'X', 'good: X'],
    ['companyA', 'isp_name', 'x'.repeat(64), `good: ${'x'.repeat(64)}`],
    ['companyA', 'isp_name', 'x'.repeat(65), 'wrong: too_long'],
    ['companyA', 'subscriber_id', 'ج-1', 'good: ج-1'],
    ['companyA', 'subscriber_id', 'x'.repeat(65), 'wrong: too_long'],
    ['freelancerB', 'isp_name', 'Example Net', 'not asked'],
    ['freelancerB', 'subscriber_id', 'S-1', 'not asked'],
    // Source addresses: public, each once, as many as there are lines.
    ['companyA', 'source_address', '39.32.10.1 2400:ADC0::1', 'good: 39.32.10.1, 2400:adc0::1'],
    ['companyA', 'source_address', '10.0.0.1', 'wrong: address_not_public'],
    ['companyA', 'source_address', '172.16.0.1', 'wrong: address_not_public'],
    ['companyA', 'source_address', '192.168.1.1', 'wrong: address_not_public'],
    ['companyA', 'source_address', '127.0.0.1', 'wrong: address_not_public'],
    ['companyA', 'source_address', '169.254.1.1', 'wrong: address_not_public'],
    ['companyA', 'source_address', '192.0.2.1', 'wrong: address_not_public'],
    ['companyA', 'source_address', '198.51.100.1', 'wrong: address_not_public'],
    ['companyA', 'source_address', '203.0.113.1', 'wrong: address_not_public'],
    ['companyA', 'source_address', '100.64.0.1', 'wrong: address_not_public'],
    ['companyA', 'source_address', '::1', 'wrong: address_not_public'],
    ['companyA', 'source_address', 'fe80::1', 'wrong: address_not_public'],
    ['companyA', 'source_address', 'fd00::1', 'wrong: address_not_public'],
    ['companyA', 'source_address', '2001:db8::1', 'wrong: address_not_public'],
    ['companyA', 'source_address', '39.32.10.1, 39.32.10.1', 'wrong: address_twice'],
    ['companyA', 'source_address', '39.32.10.0/29', 'wrong: not_an_address'],
    ['freelancerB', 'source_address', '39.32.10.1', 'not asked'],
    // Kind of address: what cannot be registered leads elsewhere.
    ['companyA', 'ip_type', 'fixed', 'good: fixed'],
    ['companyA', 'ip_type', 'dynamic', 'odd: dynamic'],
    ['companyA', 'ip_type', 'cgnat', 'odd: cgnat'],
    ['companyA', 'ip_type', 'static', 'wrong: not_a_choice'],
    // Organisation: a name, and a number in whatever form.
    ['companyA', 'company_name', 'سند پرائیویٹ لمیٹڈ', 'good: سند پرائیویٹ لمیٹڈ'],
    ['companyA', 'company_name', 'x'.repeat(201), 'wrong: too_long'],
    ['companyA', 'company_registration_number', 'whatever / 12', 'good: whatever / 12'],
    ['freelancerB', 'company_name', 'Example', 'not asked'],
    // PSEB: call centres alone.
    ['callCentre', 'pseb_number', 'any text', 'good: any text'],
    ['callCentre', 'pseb_expiry', '2027-02-29', 'wrong: not_a_date'],
    ['companyA', 'pseb_number', 'any text', 'not asked'],
    // Freelancers name whom they work for.
    ['freelancerB', 'client_name', 'Example GmbH', 'good: Example GmbH'],
    ['companyA', 'client_name', 'Example GmbH', 'not asked'],
    // Purpose: 20 to 500 characters.
    ['freelancerB', 'purpose', 'x'.repeat(19), 'wrong: too_short'],
    ['freelancerB', 'purpose', 'x'.repeat(20), `good: ${'x'.repeat(20)}`],
    ['freelancerB', 'purpose', 'ک'.repeat(500), `good: ${'ک'.repeat(500)}`],
    ['freelancerB', 'purpose', 'x'.repeat(501), 'wrong: too_long'],
    // Software and protocol have a default.
    ['freelancerB', 'vpn_specification', '', 'good: WireGuard (UDP)'],
    ['freelancerB', 'vpn_specification', 'OpenVPN (TCP)', 'good: OpenVPN (TCP)'],
    // What follows the application: free text and dates, never needed.
    ['freelancerB', 'reference_number', 'any-thing 7', 'good: any-thing 7'],
    ['freelancerB', 'filed_on', '2026-03-02', 'good: 2026-03-02'],
    ['freelancerB', 'decided_on', 'soon', 'wrong: not_a_date'],
    ['freelancerB', 'decision_note', 'Registered', 'good: Registered'],
  ] as const)('%s, %s: %s is %s', (who, field, value, expected) => {
    expect(outcome(who, field, value)).toBe(expected);
  });

  it('say why an address of that kind does not do, and what does', () => {
    const reasons = (kind: string) =>
      evaluate('companyA', { ip_type: kind })
        .fields.find(({ field }) => field === 'ip_type')
        ?.odd.map(({ reason }) => reason?.['en']);
    expect(reasons('dynamic')).toEqual([expect.stringMatching(/^A changing address.*way B.*way C/)]);
    expect(reasons('cgnat')).toEqual([expect.stringMatching(/^A shared address.*way B.*way C/)]);
  });

  it('mention the fee from five addresses on where addresses are whitelisted, and never for a VPN', () => {
    const addresses = (count: number) =>
      Array.from({ length: count }, (_, index) => `39.32.10.${index + 1}`).join(' ');
    const fee = (who: Who, count: number) => evaluate(who, { source_address: addresses(count) }).fee;
    for (const who of ['callCentre', 'conference'] as const) {
      expect(fee(who, 4)).toBeUndefined();
      expect(fee(who, 5)?.['en']).toContain('fee');
    }
    expect(fee('companyA', 5)).toBeUndefined();
    expect(fee('freelancerA', 32)).toBeUndefined();
  });

  it('show an identity card number as the card does, and hide it in reports', () => {
    const cnic = pakistan.document.fields.find(({ id }) => id === 'cnic');
    expect(cnic).toMatchObject({ masked: true, display: { groups: [5, 7, 1], separator: '-' } });
  });

  it('ask for no key of a VPN server, and for its address nobody says that PTA does', () => {
    expect(pakistan.document.endpoint.needed).toBe(false);
    const names = pakistan.document.fields.map(({ id }) => id).join(' ');
    expect(names).not.toMatch(/key|endpoint/);
  });

  it('take PDF, JPEG and PNG, of each kind at most what a registration takes', () => {
    for (const document of pakistan.document.documents) {
      expect(document.content_types).toEqual(['application/pdf', 'image/jpeg', 'image/png']);
      expect(document.max_bytes).toBe(5 * 1024 * 1024);
    }
  });
});
