import type { ProfileVerdict } from '../authority-profile/evaluate.ts';
import { checkValue } from '../authority-profile/check-value.ts';
import { interviewMessages } from '../../text/interview/index.ts';
import { inLanguage } from '../../text/language.ts';
import { say } from '../../text/say.ts';
import type { Question } from './question.ts';
import { shownValue } from './shown-value.ts';
import { answerOf, type Interview } from './state.ts';

/**
 * One question about everything that is known of the applicant from earlier and that this application asks for;
 * undefined: nothing is.
 */
export function applicantQuestion(interview: Interview, verdict: ProfileVerdict): Question | undefined {
  const shown = [...knownFields(interview, verdict), ...knownDocuments(interview, verdict)];
  if (shown.length === 0) return undefined;
  const { language } = interview;
  return {
    id: 'applicant',
    kind: 'confirm',
    label: say(interviewMessages, language, { message: 'applicant' }),
    help: say(interviewMessages, language, { message: 'applicant_help' }),
    shown,
    default: 'yes',
    isOptional: false,
  };
}

function knownFields({ profile, known, state, language }: Interview, { fields }: ProfileVerdict) {
  const applying = new Set(fields.map(({ field }) => field));
  return profile.fields.flatMap((rules) => {
    const { id, scope, label } = rules.field;
    const value = Object.hasOwn(known.fields, id) ? known.fields[id] : undefined;
    const isAnswered = answerOf(state, `field.${id}`) !== undefined;
    if (value === undefined || scope !== 'applicant' || isAnswered || !applying.has(id)) return [];
    // What newer rules do not take is asked again.
    if (checkValue(rules, value).wrong !== undefined) return [];
    return [{ label: inLanguage(label, language), value: shownValue(rules.field, value, language) }];
  });
}

function knownDocuments({ profile, known, language }: Interview, { documents }: ProfileVerdict) {
  const applying = new Set(documents.map(({ kind }) => kind));
  return profile.document.documents.flatMap(({ id, scope, label }) => {
    const there = Object.hasOwn(known.documents, id) ? (known.documents[id]?.length ?? 0) : 0;
    if (there === 0 || scope !== 'applicant' || !applying.has(id)) return [];
    const value = say(interviewMessages, language, { message: 'document_there', values: { count: there } });
    return [{ label: inLanguage(label, language), value }];
  });
}
