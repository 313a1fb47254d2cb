import { describe, expect, it } from 'vitest';
import { acceptedFields, documentsAsked, judgeCase, requireNewest } from '#gateway/case/judge.ts';
import { SubmissionError } from '#gateway/case/problem.ts';
import { builtInShelf, shelfOf } from '#gateway/profile/profile-shelf.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { FREELANCER_FIELDS } from '../application-fields.ts';
import { meridia } from '../../authority/profiles.ts';
import { smallProfile } from '../../shared/registration/authority-profile/small-profile.ts';

const shelf = builtInShelf();
const application = { profile: 'pk-pta@1', route: 'B', category: 'freelancer', fields: FREELANCER_FIELDS };

function faultsOf(change: object): SubmissionError {
  try {
    acceptedFields(shelf, { ...application, ...change });
  } catch (error) {
    if (error instanceof SubmissionError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof SanadError) return error.problem.code;
    throw error;
  }
  return 'taken';
}

describe('a submission, judged by its profile', () => {
  it('is kept normalised, with what is taken where nobody says anything else', () => {
    expect(acceptedFields(shelf, application)).toEqual({
      ...{ ...FREELANCER_FIELDS, cnic: '3520212345678', mobile_number: '+923001234567' },
      vpn_specification: 'WireGuard (UDP)',
    });
  });

  it('is refused with everything that is missing or wrong, in words', () => {
    const fields = { ...FREELANCER_FIELDS, full_name: '', purpose: ' ', cnic: '1', isp_name: 'X' };
    const { missing, invalid, problem } = faultsOf({ fields });
    expect(missing).toEqual(['full_name', 'purpose']);
    expect(invalid).toEqual([
      { field: 'cnic', reason: 'An identity card number has 13 digits, such as 35202-1234567-8.' },
      { field: 'isp_name', reason: 'This is not asked for here, so it is not sent.' },
    ]);
    expect(problem.reason).toContain('full_name is missing; purpose is missing; cnic: An identity');
  });

  it.each([
    [{ route: 'constructor' }, 'route', 'There are: A, B, C.'],
    [{ category: 'embassy' }, 'category', 'There are: company, freelancer,'],
    [{ category: 'company' }, 'route', 'not open to this kind of applicant'],
  ])('with %o names the choice that is not there', (change, field, reason) => {
    expect(faultsOf(change).invalid).toMatchObject([
      { field, reason: expect.stringContaining(reason) as string },
    ]);
  });

  it('under rules that nobody here knows is refused', () => {
    expect(codeOf(() => acceptedFields(shelf, { ...application, profile: 'om-tra@1' }))).toBe(
      'profile_unknown',
    );
  });
});

describe('several versions of one profile', () => {
  const both = shelfOf([smallProfile(), smallProfile({ version: 4 }), meridia]);

  it('stay, each for the cases submitted under it; new ones follow the newest', () => {
    expect(codeOf(() => requireNewest(both, 'xx-small@4'))).toBe('taken');
    expect(codeOf(() => requireNewest(both, 'xx-small@3'))).toBe('profile_superseded');
    expect(codeOf(() => requireNewest(both, 'xx-small@5'))).toBe('profile_unknown');
    const old = { profile: 'xx-small@3', route: 'phone', category: 'person' };
    const fields = { number: '12345', purpose: 'Work abroad' };
    expect(acceptedFields(both, { ...old, fields })).toMatchObject(fields);
  });
});

describe('what a reviewer is told of a case', () => {
  const document = (kind: string) => ({
    ...{ id: '0f8fad5b-d9cb-469f-a165-70867728950e', kind, content_type: 'application/pdf' as const },
    ...{ size: 1, sha256: 'x'.repeat(43), added_at: 1 },
  });

  it('is how complete it is, and which documents it lacks', () => {
    const documents = [document('cnic_front'), document('evidence')];
    const told = judgeCase(shelf, { ...application, documents });
    expect(told).toEqual({ completeness: 88, missing_documents: ['cnic_back'], remarks: [] });
    const all = [...documents, document('cnic_back')];
    expect(judgeCase(shelf, { ...application, documents: all })).toMatchObject({ completeness: 100 });
  });

  it('is what is odd, and the fee', () => {
    const odd = { ...application, fields: { ...FREELANCER_FIELDS, cnic: '0520212345678' }, documents: [] };
    expect(judgeCase(shelf, odd).remarks).toMatchObject([{ field: 'cnic' }]);
    const paid = { profile: 'xm-harbour@2', route: 'lighthouse', category: 'sailor' };
    const remarks = judgeCase(shelfOf([meridia]), { ...paid, fields: {}, documents: [] }).remarks;
    expect(remarks).toEqual([{ field: 'fee', text: 'Three coins, always.' }]);
  });

  it('is nothing under rules that this gateway has not', () => {
    expect(judgeCase(shelfOf([]), { ...application, documents: [] })).toEqual({
      ...{ completeness: null, missing_documents: [], remarks: [] },
    });
  });
});

describe('documents', () => {
  it('have a place where the application asks for them', () => {
    const kinds = (change: object) =>
      documentsAsked(shelf, { ...application, ...change }).map(({ id }) => id);
    expect(kinds({})).toEqual(['cnic_front', 'cnic_back', 'letter', 'evidence', 'decision', 'other']);
    expect(kinds({ category: 'company', route: 'C' })).toEqual(['provider_contract', 'other']);
    expect(kinds({ profile: 'om-tra@1' })).toEqual([]);
  });
});
