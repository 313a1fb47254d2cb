import { firstIssue } from '../first-issue.ts';
import { compilePattern, type Pattern } from './pattern.ts';
import { findProfileFaults } from './profile-fault.ts';
import { profileError } from './profile-problem.ts';
import {
  authorityProfileSchema,
  PROFILE_FORMAT,
  type ProfileDocument,
  type ProfileField,
  type ProfileText,
} from './profile-schema.ts';

const checked: unique symbol = Symbol('checked');

/** A field with its patterns compiled. */
export interface FieldRules {
  readonly field: ProfileField;
  readonly strip: Pattern | undefined;
  readonly rewrite: readonly { readonly pattern: Pattern; readonly with: string }[];
  readonly rules: readonly {
    readonly pattern: Pattern;
    readonly level: 'required' | 'warn';
    readonly reason: ProfileText;
  }[];
}

/** A profile whose every part was checked against every other. Made here only. */
export interface AuthorityProfile {
  readonly [checked]: true;
  /** Name and version as a submission and a certificate carry them: `pk-pta@1`. */
  readonly reference: string;
  readonly document: ProfileDocument;
  /** In the order in which the profile lists them. */
  readonly fields: readonly FieldRules[];
}

/** What `requires` may name. None yet: every feature of this format is known. */
const knownFeatures: ReadonlySet<string> = new Set();

/** Reads a profile from parsed JSON. Throws a SanadError: `profile_malformed`, `..._format_unknown`, `..._feature_unknown`. */
export function readProfile(json: unknown): AuthorityProfile {
  requireKnownFormat(json);
  const parsed = authorityProfileSchema.safeParse(json);
  if (!parsed.success) throw profileError('profile_malformed', firstIssue(parsed.error), parsed.error);
  const document = parsed.data;
  const unknown = document.requires.find((feature) => !knownFeatures.has(feature));
  if (unknown !== undefined) throw profileError('profile_feature_unknown', unknown);
  const [fault] = findProfileFaults(document);
  if (fault !== undefined) throw profileError('profile_malformed', fault);
  return {
    [checked]: true,
    reference: `${document.id}@${document.version}`,
    document,
    fields: document.fields.map(compileField),
  };
}

/** A newer format would fail in a hundred ways that say nothing. */
function requireKnownFormat(json: unknown): void {
  const format = typeof json === 'object' && json !== null && 'format' in json ? json.format : undefined;
  if (typeof format === 'number' && format > PROFILE_FORMAT) throw profileError('profile_format_unknown');
}

function compileField(field: ProfileField): FieldRules {
  return {
    field,
    strip: field.strip === undefined ? undefined : compiled(field, field.strip),
    rewrite: (field.rewrite ?? []).map((step) => ({
      pattern: compiled(field, step.pattern),
      with: step.with,
    })),
    rules: (field.rules ?? []).map(({ pattern, level, reason }) => ({
      ...{ pattern: compiled(field, pattern), level },
      reason,
    })),
  };
}

function compiled(field: ProfileField, source: string): Pattern {
  try {
    return compilePattern(source);
  } catch (error) {
    throw profileError('profile_malformed', `fields.${field.id}: a pattern is not one`, error);
  }
}
