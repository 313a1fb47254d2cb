import { describe, expect, it } from 'vitest';
import { isAcceptable } from '#shared/registration/authority-profile/evaluate.ts';
import { nextQuestion } from '#shared/registration/interview/next-question.ts';
import { applicationOf, routeChoice } from '#shared/registration/interview/state.ts';
import { pakistan } from '#test/authority/profiles.ts';
import { answerAll, answered, asked, interviewOn } from './interviewing.ts';

const freelancer = {
  ...{ 'finder.licensed': 'no', 'finder.who': 'freelancer', 'finder.line': 'mobile' },
  ...{
    'field.full_name': 'Ayesha Khan',
    'field.cnic': '35202-1234567-8',
    'field.client_name': 'Example GmbH',
  },
  ...{ 'field.mobile_number': '0300 1234567', 'field.purpose': 'Bookkeeping for a client abroad' },
  ...{ 'document.identity_required': 'cnic_front:a cnic_back:b', 'document.client_proof': 'letter:c' },
};

describe('the interview by the rules of Pakistan', () => {
  it.each(['en', 'ur'] as const)('asks a freelancer on mobile data ten things (%s)', (language) => {
    const { ids, interview } = answerAll(interviewOn(pakistan, { language }), freelancer);
    // Beside them: which file, to whom, the declaration and the consent.
    expect(ids).toEqual(Object.keys(freelancer));
    expect(ids).toHaveLength(10);
    const step = nextQuestion(interview);
    expect(step.kind === 'ready' && isAcceptable(step.verdict, { documents: true })).toBe(true);
    expect(applicationOf(interview)).toMatchObject({ route: 'B', category: 'freelancer' });
  });

  it.each([
    ['en', '“Identity card, front”, “Identity card, back”', 'on which every line can be read'],
    ['ur', '”شناختی کارڈ، سامنے کا رخ“، ”', 'جس میں ہر سطر پڑھی جا سکے'],
  ] as const)('says which files are which, and once what is so of each (%s)', (language, names, help) => {
    const before = Object.values(freelancer).slice(0, -2);
    const question = asked(before.reduce(answered, interviewOn(pakistan, { language })));
    expect(question?.id).toBe('document.identity_required');
    expect(question?.label).toContain(names);
    expect(question?.help?.split(help)).toHaveLength(2);
  });

  it('says what is possible behind a shared address, with the letter, and lets the person choose', () => {
    const shared = interviewOn(pakistan, { address: 'cgnat' });
    const at = ['no', 'freelancer', 'no_fixed_address'].reduce(answered, shared);
    expect(routeChoice(at)).toMatchObject({ kind: 'to_choose', letter: 'static_address_request' });
    expect(asked(at)?.help).toContain('ask your internet provider for a fixed address');
    expect(asked(at)?.choices?.map(({ id }) => id)).toEqual(['A', 'B', 'C']);
    expect(applicationOf(answered(at, 'B'))).toMatchObject({ route: 'B', category: 'freelancer' });
  });

  it('asks a customer of a licensed provider who it is, and no more than that of the line', () => {
    const { ids } = answerAll(interviewOn(pakistan), {
      ...{ 'finder.licensed': 'yes', category: 'freelancer', 'field.provider': 'Example VPN' },
      ...{ 'field.purpose': 'Bookkeeping for a client abroad', 'document.provider_contract': '' },
    });
    expect(ids).toHaveLength(5);
  });
});
