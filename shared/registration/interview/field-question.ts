import type { ProfileField } from '../authority-profile/profile-schema.ts';
import { inLanguage } from '../../text/language.ts';
import type { Question, QuestionKind } from './question.ts';
import { answerOf, knownFields, type Interview } from './state.ts';

const kinds: Readonly<Record<ProfileField['kind'], QuestionKind>> = {
  identifier: 'text',
  text: 'text',
  paragraph: 'paragraph',
  addresses: 'addresses',
  date: 'date',
  choice: 'choice',
};

/** undefined: the profile has no such field. */
export function fieldQuestion(interview: Interview, name: string): Question | undefined {
  const { profile, language } = interview;
  const field = profile.fields.find((rules) => rules.field.id === name)?.field;
  if (field === undefined) return undefined;
  const { id, kind, label, help, example, level, choices } = field;
  return {
    id: `field.${id}`,
    kind: kinds[kind],
    label: inLanguage(label, language),
    help: help === undefined ? undefined : inLanguage(help, language),
    example,
    default: proposal(interview, field),
    isOptional: level !== 'required',
    choices: choices?.map((choice) => ({ id: choice.id, label: inLanguage(choice.label, language) })),
  };
}

/** What was said before; what is known of the applicant, though it was not confirmed as a whole; what was measured. */
function proposal(interview: Interview, field: ProfileField): string | undefined {
  const { state, known, publicAddress } = interview;
  const earlier = answerOf(state, `field.${field.id}`) ?? state.former[`field.${field.id}`];
  if (earlier !== undefined && earlier !== '') return earlier;
  const confirmed = knownFields(interview)[field.id];
  if (confirmed !== undefined) return confirmed;
  if (field.scope === 'applicant' && Object.hasOwn(known.fields, field.id)) return known.fields[field.id];
  return field.kind === 'addresses' ? (publicAddress ?? field.default) : field.default;
}
