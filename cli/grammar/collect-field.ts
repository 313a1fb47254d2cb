import { InvalidArgumentError } from 'commander';

/** --field name=value, once for each. */
export function collectField(
  text: string,
  fields: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It has the form name=value.');
  return { ...fields, [text.slice(0, at)]: text.slice(at + 1) };
}
