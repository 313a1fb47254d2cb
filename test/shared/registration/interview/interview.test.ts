import { describe, expect, it } from 'vitest';
import { evaluateProfile, isAcceptable } from '#shared/registration/authority-profile/evaluate.ts';
import { giveAnswer } from '#shared/registration/interview/give-answer.ts';
import {
  changeableQuestions,
  nextQuestion,
  questionNamed,
} from '#shared/registration/interview/next-question.ts';
import {
  applicationOf,
  categoryOf,
  documentsOf,
  goBack,
  interviewStateSchema,
  routeChoice,
  type Interview,
  type InterviewState,
} from '#shared/registration/interview/state.ts';
import { smallProfile } from '../authority-profile/small-profile.ts';
import { answerAll, answered, asked, given, interviewOn } from './interviewing.ts';

const person = {
  ...{ 'finder.where': 'road', category: 'person' },
  'field.number': '12345',
  'field.purpose': 'Work for clients',
  'document.identity_required': 'card:one',
};
const firm = {
  ...{ ...person, category: 'firm', 'finder.where': 'office', address: 'fixed' },
  ...{
    'field.sources': '39.32.10.1',
    'field.tax': 'yes',
    'field.tax_number': '77',
    'document.proof': 'letter:two',
  },
};

const ready = (interview: Interview) => {
  const step = nextQuestion(interview);
  if (step.kind !== 'ready') throw new Error(`still asks ${step.question.id}`);
  return step.verdict;
};

describe('the interview', () => {
  it('asks only what this applicant on this way has to say, once each', () => {
    expect(answerAll(interviewOn(), person).ids).toEqual([
      ...['finder.where', 'category', 'field.number', 'field.purpose', 'document.identity_required'],
    ]);
    expect(answerAll(interviewOn(), firm).ids).toEqual([
      ...['finder.where', 'address', 'field.number', 'field.sources', 'field.tax'],
      ...['field.tax_number', 'field.purpose', 'document.identity_required', 'document.proof'],
    ]);
    expect(answerAll(interviewOn(), { ...firm, 'field.tax': 'no' }).ids).not.toContain('field.tax_number');
  });

  it('ends with an application that the rules accept, defaults taken in', () => {
    const { interview } = answerAll(interviewOn(), firm);
    const verdict = ready(interview);
    expect(isAcceptable(verdict, { documents: true })).toBe(true);
    expect(verdict.completeness).toBe(100);
    expect(verdict.values).toEqual({
      ...{ number: '12345', sources: '39.32.10.1', tax: 'yes', tax_number: '77' },
      ...{ purpose: 'Work for clients', software: 'WireGuard' },
    });
    expect(documentsOf(interview)).toEqual({ card: ['one'], letter: ['two'] });
    expect(applicationOf(interview)).toMatchObject({ route: 'line', category: 'firm' });
  });

  it('survives being written down at every step', () => {
    let interview = interviewOn();
    for (let question = asked(interview); question !== undefined; question = asked(interview)) {
      interview = answered(interview, firm[question.id as keyof typeof firm]);
      const text = JSON.stringify(interview.state);
      interview = { ...interview, state: interviewStateSchema.parse(JSON.parse(text)) };
    }
    expect(ready(interview).completeness).toBe(100);
  });

  it('goes back step by step to the first, with each answer as the next default', () => {
    const { interview } = answerAll(interviewOn(), firm);
    let { state } = interview;
    const seen: unknown[] = [];
    while (state.order.length > 0) {
      state = goBack(state);
      const question = asked({ ...interview, state });
      seen.unshift([question?.id, question?.default]);
    }
    expect(goBack(state)).toBe(state);
    expect(seen).toEqual([
      ['finder.where', 'office'],
      ['address', 'fixed'],
      ['field.number', '12345'],
      ['field.sources', '39.32.10.1'],
      ['field.tax', 'yes'],
      ['field.tax_number', '77'],
      ['field.purpose', 'Work for clients'],
      ['document.identity_required', undefined],
      ['document.proof', undefined],
    ]);
    expect(state.documents).toEqual({});
  });

  it('takes a changed mind: what does not apply any more is neither asked nor sent', () => {
    const { interview } = answerAll(interviewOn(), firm);
    const changed = { ...interview, state: changedTo(interview, { route: 'phone', category: 'person' }) };
    const verdict = ready(changed);
    expect(Object.keys(verdict.values)).toEqual(['number', 'purpose', 'software']);
    expect(verdict.unasked).toEqual(['sources', 'tax', 'tax_number']);
  });

  it('offers what is optional without asking for it', () => {
    const { interview } = answerAll(interviewOn(), person);
    const offered = changeableQuestions(interview).map(({ id }) => id);
    expect(offered).toContain('field.since');
    expect(offered).toContain('document.extra');
    const since = questionNamed(interview, 'field.since');
    expect(since).toMatchObject({ kind: 'date', isOptional: true });
  });

  it('asks how the line’s address looks only where nobody could tell, and proposes the one that was seen', () => {
    const seen = interviewOn(smallProfile(), { address: 'cgnat', publicAddress: '39.32.10.9' });
    expect(asked(seen)?.id).toBe('category');
    const fixed = interviewOn(smallProfile(), { publicAddress: '39.32.10.9' });
    const at = answerAll(fixed, firm).interview;
    const question = questionNamed({ ...at, state: goBackTo(at, 'field.sources') }, 'field.sources');
    expect(question?.default).toBe('39.32.10.1');
    const fresh = ['office', 'fixed', '12345'].reduce(answered, fixed);
    expect(asked(fresh)).toMatchObject({ id: 'field.sources', default: '39.32.10.9' });
  });
});

/** Changes answers by question, one after the other. */
function changedTo(interview: Interview, answers: Readonly<Record<string, string>>): InterviewState {
  return Object.entries(answers).reduce((state, [id, answer]) => {
    const question = questionNamed({ ...interview, state }, id);
    if (question === undefined) throw new Error(`no question ${id}`);
    const taken = giveAnswer({ ...interview, state }, question, answer);
    if (taken.kind === 'refused') throw new Error(`${id}: refused`);
    return taken.state;
  }, interview.state);
}

function goBackTo(interview: Interview, id: string) {
  let { state } = interview;
  while (state.order.includes(id)) state = goBack(state);
  return state;
}

describe('the way of registering', () => {
  it('is the finder’s, with its reason, or the one that a person insists on', () => {
    const found = answered(interviewOn(), 'road');
    expect(routeChoice(found)).toMatchObject({ route: 'phone', because: { en: 'Else' } });
    const state = changedTo(found, { route: 'line' });
    expect(applicationOf({ ...found, state })?.route).toBe('line');
  });

  it('is asked for, with what is possible, where none fits', () => {
    const rules = [{ route: null, because: { en: 'Ask your provider for a static address.' } }];
    const { questions } = smallProfile().document.route_finder;
    const profile = smallProfile({ route_finder: { questions, rules } });
    const question = asked(interviewOn(profile));
    expect(question).toMatchObject({ id: 'route', help: 'Ask your provider for a static address.' });
    expect(question?.choices?.map(({ id }) => id)).toEqual(['line', 'phone']);
  });

  it('is asked for anew when what it rests on is said otherwise', () => {
    const { interview } = answerAll(interviewOn(), { ...firm, 'finder.where': 'road' });
    const state = changedTo(interview, { route: 'phone', 'finder.where': 'office' });
    expect(asked({ ...interview, state })?.id).toBe('address');
  });

  it('is asked for before who registers: to one kind alone it may be open, and then nobody asks', () => {
    const alone = answered(interviewOn(smallProfile(), { address: 'fixed' }), 'office');
    expect(categoryOf(alone)?.id).toBe('firm');
    expect(asked(alone)?.id).toBe('field.number');
    expect(questionNamed(alone, 'category')).toBeUndefined();
  });
});

describe('what is known of the applicant', () => {
  const known = { fields: { number: '12345', purpose: 'never reused' }, documents: { card: ['one'] } };

  it('is confirmed in one question and not asked again; what belongs to one registration is', () => {
    const answers = { ...person, applicant: 'yes', 'field.purpose': 'Another purpose' };
    const { ids, interview } = answerAll(interviewOn(smallProfile(), { known }), answers);
    expect(ids).toEqual(['finder.where', 'category', 'applicant', 'field.purpose']);
    expect(ready(interview).values).toMatchObject({ number: '12345', purpose: 'Another purpose' });
    expect(documentsOf(interview)).toEqual({ card: ['one'] });
  });

  it('is shown in words', () => {
    const shown = asked(['road', 'person'].reduce(answered, interviewOn(smallProfile(), { known })))?.shown;
    expect(shown).toEqual([
      { label: 'Number', value: '12345' },
      { label: 'card', value: 'stored here' },
    ]);
  });

  it('is the default where somebody says that it is not right any more', () => {
    const no = ['road', 'person', 'no'].reduce(answered, interviewOn(smallProfile(), { known }));
    expect(asked(no)).toMatchObject({ id: 'field.number', default: '12345' });
    expect(documentsOf(no)).toEqual({});
  });

  it('is asked again where newer rules do not take it', () => {
    const stale = { ...known, fields: { number: '1' } };
    const step = ['road', 'person', 'yes'].reduce(answered, interviewOn(smallProfile(), { known: stale }));
    expect(asked(step)).toMatchObject({ id: 'field.number' });
  });
});

describe('an answer', () => {
  const at = (id: string): Interview => {
    const given: Readonly<Record<string, string>> = { ...firm, category: 'firm' };
    let interview = interviewOn();
    for (let next = asked(interview)?.id; next !== id; next = asked(interview)?.id) {
      interview = answered(interview, given[next ?? ''] ?? '');
    }
    return interview;
  };
  const said = (id: string, text: string) => {
    const taken = given(at(id), text);
    return [taken.kind, ...taken.said.map((one) => `${one.level}: ${one.text}`)];
  };

  it('is kept as the rules want it, and says what was done to it', () => {
    const taken = given(at('field.number'), '\u202e۱۲۳-۴ ۵\u200b');
    expect(taken.kind === 'taken' && taken.state.answers['field.number']).toBe('12345');
    expect(taken.said.map(({ level }) => level)).toEqual(['cleaned', 'cleaned', 'cleaned']);
  });

  it('that is wrong is refused with the reason, and changes nothing', () => {
    expect(said('field.number', '123')).toEqual(['refused', 'wrong: Five digits']);
    expect(said('field.sources', '192.168.1.1')[1]).toContain('192.168.1.1 is not a public address');
    expect(said('field.tax', 'perhaps')).toEqual(['refused', 'wrong: One of these: yes, no.']);
    expect(said('finder.where', 'toString')[0]).toBe('refused');
    expect(said('document.identity_required', 'letter:x')[0]).toBe('refused');
    expect(said('document.identity_required', 'card:a card:b card:c')[1]).toContain('at most 2');
  });

  it('that is only odd is taken, and says so', () => {
    expect(said('field.number', '02345')).toEqual(['taken', 'odd: Rarely begins with 0']);
  });

  it('of nothing is none where something is required: invisible characters are nothing', () => {
    for (const nothing of ['', '  ', '\u200b\u200e'])
      expect(said('field.number', nothing)[0]).toBe('refused');
    expect(said('document.identity_required', '')[0]).toBe('refused');
  });

  it('in Urdu stays as it was written', () => {
    const taken = given(at('field.purpose'), 'بیرونِ ملک گاہکوں کے لیے کام');
    expect(taken.kind === 'taken' && taken.state.answers['field.purpose']).toBe(
      'بیرونِ ملک گاہکوں کے لیے کام',
    );
  });

  it('left out where it may be is not asked for again', () => {
    const fields = smallProfile().document.fields.map((field) =>
      field.id === 'purpose' ? { ...field, level: 'warn' } : field,
    );
    const { ids, interview } = answerAll(interviewOn(smallProfile({ fields })), {
      ...person,
      'field.purpose': '',
    });
    expect(ids).toContain('field.purpose');
    expect(ready(interview).values).not.toHaveProperty('purpose');
  });
});

it('proposes nothing that the rules do not name: an evaluation of the same answers says the same', () => {
  const { interview } = answerAll(interviewOn(), firm);
  const application = applicationOf(interview);
  if (application === undefined) throw new Error('no application');
  expect(evaluateProfile(interview.profile, application)).toEqual(ready(interview));
});
