import { RE2JS } from 're2js';

/** Profiles come from elsewhere: their patterns run in time linear to the value, whatever they say. */
export interface Pattern {
  /** The whole value. */
  matches(value: string): boolean;
  replaceAll(value: string, replacement: string): string;
}

/** Instructions of a compiled pattern; a repeated repetition multiplies them. */
const MAX_PROGRAM_SIZE = 5000;

/** RE2 syntax. Throws where it is none, or is too large. */
export function compilePattern(source: string): Pattern {
  const compiled = RE2JS.compile(source);
  if (compiled.programSize() > MAX_PROGRAM_SIZE) throw new SyntaxError('the pattern is too large');
  return {
    matches: (value) => compiled.matches(value),
    replaceAll: (value, replacement) => compiled.matcher(value).replaceAll(replacement),
  };
}
