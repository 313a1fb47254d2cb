/** What pk-pta asks of a freelancer who registers a mobile number: the least that a gateway takes. */
export const FREELANCER_FIELDS = {
  full_name: 'Ayesha Khan',
  cnic: '35202-1234567-8',
  client_name: 'Example Ltd',
  mobile_number: '0300-1234567',
  purpose: 'Remote work for a software client abroad',
} as const;

/** The same for a command line, with these instead of some of them. */
export function fieldWords(changes: Readonly<Record<string, string>> = {}): readonly string[] {
  const fields: Readonly<Record<string, string>> = { ...FREELANCER_FIELDS, ...changes };
  return Object.entries(fields).flatMap(([name, value]) => ['--field', `${name}=${value}`]);
}
