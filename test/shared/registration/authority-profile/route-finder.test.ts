import { describe, expect, it } from 'vitest';
import {
  findRoute,
  MAX_FINDER_QUESTIONS,
  type AddressLook,
  type FinderInput,
  type FinderStep,
} from '#shared/registration/authority-profile/route-finder.ts';
import type { AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import { smallProfile } from './small-profile.ts';

const en = (text: string) => ({ en: text });
const question = (id: string, choices: readonly string[], when?: object) => ({
  ...{ id, text: en(`${id}?`), choices: choices.map((choice) => ({ id: choice, label: en(choice) })) },
  ...(when === undefined ? {} : { when }),
});

/** Somebody's provider may do the registering; else where one works, and how the line looks, decide. */
const finder = {
  questions: [
    question('customer', ['yes', 'no']),
    question('where', ['office', 'road'], { customer: ['no'] }),
    question('contract', ['static', 'none'], { customer: ['no'], where: ['office'] }),
  ],
  rules: [
    { answers: { where: ['road'] }, route: 'phone', because: en('on the road') },
    { answers: { contract: ['static'] }, route: 'line', because: en('a static address') },
    { answers: { where: ['office'] }, address: ['fixed'], route: 'line', because: en('it does not change') },
    {
      ...{ answers: { where: ['office'] }, address: ['cgnat', 'dynamic'], route: null, letter: 'ask' },
      because: en('ask for a static address'),
    },
    { route: 'phone', because: en('else') },
  ],
};
const letter = {
  ...{ id: 'ask', title: en('Ask'), summary: en('Ask'), subject: en('Ask'), body: en('Ask') },
};
const profile = smallProfile({ route_finder: finder, letters: [letter] });
const short = smallProfile();

const step = (answers: Readonly<Record<string, string>>, address?: AddressLook): string =>
  described(findRoute(profile, { answers, measured: address, said: undefined }));

function described(found: FinderStep): string {
  switch (found.kind) {
    case 'question':
      return `ask ${found.question.id}`;
    case 'address':
      return 'ask address';
    case 'route':
      return `${found.route ?? 'none'}: ${found.because['en'] ?? ''}`;
    default:
      return found satisfies never;
  }
}

describe('the route finder', () => {
  it('asks what the rules depend on, in the profile’s order', () => {
    expect(step({})).toBe('ask customer');
    expect(step({ customer: 'no' })).toBe('ask where');
    expect(step({ customer: 'no', where: 'office' })).toBe('ask contract');
  });

  it('asks nothing any more that changes nothing', () => {
    expect(step({ customer: 'no', where: 'road' })).toBe('phone: on the road');
    expect(step({ customer: 'yes' })).toBe('phone: else');
  });

  it('takes how the address looks into account, and says what is possible where no way fits', () => {
    const answers = { customer: 'no', where: 'office', contract: 'none' };
    expect(step(answers, 'fixed')).toBe('line: it does not change');
    expect(step(answers, 'cgnat')).toBe('none: ask for a static address');
    expect(findRoute(profile, { answers, measured: undefined, said: 'dynamic' })).toMatchObject({
      route: null,
      letter: 'ask',
    });
    expect(step(answers, 'unknown')).toBe('phone: else');
  });

  it('asks how the address looks where that decides and fewer than three answers are there', () => {
    const unsaid = { measured: undefined, said: undefined };
    const asked = (where: string) => described(findRoute(short, { answers: { where }, ...unsaid }));
    expect(asked('office')).toBe('ask address');
    expect(asked('road')).toBe('phone: Else');
    expect(step({ customer: 'no', where: 'office', contract: 'none' })).toBe('phone: else');
  });

  it('takes no answer that is none, and none to a question that is not asked', () => {
    expect(step({ customer: 'perhaps' })).toBe('ask customer');
    expect(step({ customer: 'yes', where: 'road' })).toBe('phone: else');
    expect(step({ toString: 'yes' })).toBe('ask customer');
  });

  it('never asks more than three times, whatever is answered', () => {
    for (const measured of ['fixed', 'dynamic', 'cgnat', 'unknown', undefined] as const) {
      expect(longest(profile, { answers: {}, measured, said: undefined })).toBe(MAX_FINDER_QUESTIONS);
    }
    const late = {
      questions: ['one', 'two', 'three'].map((id) => question(id, ['yes', 'no'])),
      rules: [
        { answers: { one: ['yes'], two: ['yes'] }, address: ['fixed'], route: 'line', because: en('so') },
        { answers: { three: ['yes'] }, route: 'line', because: en('so') },
        { route: 'phone', because: en('else') },
      ],
    };
    const none = { answers: {}, measured: undefined, said: undefined };
    expect(longest(smallProfile({ route_finder: late }), none)).toBe(MAX_FINDER_QUESTIONS);
  });

  it('believes the person more than what was measured', () => {
    const answers = { where: 'office' };
    const said = findRoute(short, { answers: { where: 'office' }, measured: 'cgnat', said: 'fixed' });
    expect(described(said)).toBe('line: Fixed');
    expect(described(findRoute(short, { answers, measured: 'cgnat', said: undefined }))).toBe('phone: Else');
  });
});

/** Over every answer. */
function longest(of: AuthorityProfile, input: FinderInput): number {
  const found = findRoute(of, input);
  if (found.kind === 'route') return 0;
  if (found.kind === 'address') return 1 + longest(of, { ...input, said: 'unknown' });
  const { id, choices } = found.question;
  const after = choices.map((choice) =>
    longest(of, { ...input, answers: { ...input.answers, [id]: choice.id } }),
  );
  return 1 + Math.max(...after);
}
