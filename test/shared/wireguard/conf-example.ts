import { parseConf, type ConfProblem, type ParsedConf } from '#shared/wireguard/conf.ts';

export const PRIVATE_KEY = 'yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=';
export const PUBLIC_KEY = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
export const OTHER_KEY = 'TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=';

/** A correct file; further lines go behind line 4 (interface) and to the end (peer). */
export function confWith(lines: {
  readonly interfaceLines?: readonly string[];
  readonly peerLines?: readonly string[];
}): string {
  return [
    '[Interface]',
    `PrivateKey = ${PRIVATE_KEY}`,
    'Address = 10.66.66.2/32',
    '# further lines',
    ...(lines.interfaceLines ?? ['']),
    '[Peer]',
    `PublicKey = ${PUBLIC_KEY}`,
    'Endpoint = 192.0.2.1:51820',
    ...(lines.peerLines ?? []),
    '',
  ].join('\n');
}

export function parsed(text: string): Extract<ParsedConf, { kind: 'parsed' }> {
  const result = parseConf(text);
  if (result.kind === 'rejected') throw new Error(JSON.stringify(result.problems));
  return result;
}

export function problems(text: string): readonly ConfProblem[] {
  const result = parseConf(text);
  return result.kind === 'parsed' ? [] : result.problems;
}
