import { readDeclaration } from '#client/registration/read-certificate.ts';
import type { StoredDeclaration } from '#client/registration/stored-declaration.ts';
import { bad, faint, strong, type Line } from '../answer.ts';
import { table } from './table.ts';
import { day, moment } from './words.ts';

/** What a person stated, for whoever looks at it. */
export function describeDeclaration(stored: StoredDeclaration, now: number): readonly Line[] {
  const { id, tunnel, statement } = stored;
  const claims = readDeclaration(stored.declaration);
  const again = `sanad registration declare ${tunnel}`;
  if (claims === undefined)
    return [bad(`What you stated about "${tunnel}" cannot be read.`), strong(`Next: ${again}`)];
  const { profile, route, category } = claims.decision;
  const isOver = now >= claims.exp;
  return [
    ...table([
      ['Registration', id],
      ['Tunnel', tunnel],
      ['State', `stated by you on ${moment(statement.agreed_at)}, confirmed by nobody`],
      ['Covers', claims.endpoints.map(({ host, port }) => `${host}, port ${port}`).join('; ')],
      ['Rules', `${profile}, route ${route}, category ${category}`],
      ['Ends', `${day(claims.exp)}${isOver ? ', which has passed' : ''}`],
    ]),
    'In these words:',
    ...statement.text.split('\n').map((line) => faint(`  ${line}`)),
    strong(
      isOver ? `Next: if it still holds, state it again: ${again} --again` : `Next: sanad connect ${tunnel}`,
    ),
  ];
}

/** For programs. The reference is in the keychain, and stays there. */
export function declarationJson({ id, tunnel, declaration, statement }: StoredDeclaration): object {
  const claims = readDeclaration(declaration);
  return {
    id,
    tunnel,
    assurance: 'declared',
    statement,
    decision: claims?.decision ?? null,
    endpoints: claims?.endpoints ?? [],
    statedAt: claims?.iat ?? null,
    expiresAt: claims?.exp ?? null,
    commitments: claims?.commitments ?? null,
  };
}
