import { createHash } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readAnchors } from '#client/anchor/read-anchors.ts';
import { writeAtomically } from '#client/file/atomic-file.ts';
import { gatewayError } from '#client/gateway/gateway-problem.ts';
import { nodePrimitives } from '#client/node-primitives.ts';
import { ANCHOR_FILE_SUFFIX, MAX_ANCHOR_BYTES, parseAnchor } from '#shared/contract/anchor-file.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { fingerprint } from '#shared/registration/anchor.ts';
import { fetchAnchor } from '../administer/fetch-anchor.ts';
import { isJoinLink, parseJoinLink } from '../administer/join-link.ts';
import { requireAdministrator } from '../administer/require-administrator.ts';
import { tellDaemon } from '../administer/tell-daemon.ts';
import { good, problemLines, strong, type Answer, type Line } from '../answer.ts';
import { cliError } from '../cli-problem.ts';
import type { Surroundings } from '../surroundings.ts';
import { withProgress } from '../terminal/progress.ts';
import { table } from '../terminal/table.ts';

interface JoinOptions {
  /** A join link, or the path of an anchor file. */
  readonly source: string;
  readonly yes: boolean;
  readonly replace: boolean;
}

interface Offer {
  readonly anchor: Anchor;
  /** What the link does not vouch for and the administrator should compare. */
  readonly unproven: readonly string[];
}

/** Installs a trust anchor after the administrator has seen whose it is. */
export async function joinCommand(surroundings: Surroundings, options: JoinOptions): Promise<Answer> {
  requireAdministrator(surroundings);
  const offer = await readOffer(surroundings, options.source);
  const { anchor } = offer;
  const rivals = await rivalsOf(surroundings, anchor);
  if (rivals.length > 0 && !options.replace) throw cliError('anchor_exists', { detail: rivals.join(', ') });
  surroundings.terminal.tell(card(offer));
  if (!options.yes) await askConfirmation(surroundings);
  const path = anchorPath(surroundings, anchor.name);
  await writeAtomically(path, `${JSON.stringify(anchor, null, 2)}\n`, { mode: 0o644, directoryMode: 0o755 });
  for (const rival of rivals.filter((one) => one !== anchor.name)) await rm(anchorPath(surroundings, rival));
  const daemon = await tellDaemon(surroundings, (told) => told.request('reloadAnchors', {}));
  const { name, origin, operator } = anchor;
  return {
    json: { anchor: { name, origin, operator, fingerprint: fingerprintOf(anchor) }, daemon },
    lines: [
      good(`This machine trusts "${name}" (${origin}).`),
      ...(daemon === null ? [] : problemLines(daemon, 'It takes effect when the service runs. ')),
    ],
  };
}

async function readOffer({ terminal }: Surroundings, source: string): Promise<Offer> {
  if (!isJoinLink(source)) return { anchor: parseAnchor(await readAnchorFile(source)), unproven: [] };
  const link = parseJoinLink(source);
  const { text, isTlsTrusted } = await withProgress(terminal, `Asking ${link.origin.text}`, () =>
    fetchAnchor(link.origin),
  );
  const anchor = parseAnchor(text);
  const isPromised =
    anchor.origin === link.origin.text && plainHex(fingerprintOf(anchor)) === link.fingerprint;
  if (!isPromised) throw cliError('fingerprint_mismatch');
  if (isTlsTrusted || link.origin.scheme === 'http') return { anchor, unproven: [] };
  // Nobody vouches for the connection, so that somebody in between could have put in an authority of theirs.
  if (anchor.tls_ca === undefined) throw gatewayError('gateway_tls_untrusted');
  const hash = createHash('sha256').update(anchor.tls_ca).digest('hex');
  if (link.tlsCaHash === undefined) return { anchor, unproven: [hash] };
  if (link.tlsCaHash !== hash) throw cliError('fingerprint_mismatch', { detail: 'TLS authority' });
  return { anchor, unproven: [] };
}

async function readAnchorFile(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > MAX_ANCHOR_BYTES) throw cliError('join_link_malformed');
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) {
      throw cliError('file_unreadable', { detail: String(cause.code), cause });
    }
    throw cause;
  }
}

/** Other keys under the same name or origin are another gateway's: never replaced in passing. */
async function rivalsOf({ client }: Surroundings, anchor: Anchor): Promise<readonly string[]> {
  const rivals = (await readAnchors(client.anchors)).filter((known) => {
    const isSameName = known.name === anchor.name;
    const isSameOrigin = known.origin === anchor.origin;
    const isSame = isSameName && isSameOrigin && fingerprintOf(known) === fingerprintOf(anchor);
    return (isSameName || isSameOrigin) && !isSame;
  });
  return rivals.map(({ name }) => name);
}

function anchorPath({ system }: Surroundings, name: string): string {
  return join(system.anchorDirectory, `${name}${ANCHOR_FILE_SUFFIX}`);
}

function card({ anchor, unproven }: Offer): readonly Line[] {
  const { name, origin, operator } = anchor;
  return [
    ...table([
      ['Gateway', `${name} (${origin})`],
      ['Operator', operator.legal_name],
      ['Contact', operator.contact],
      ['Keeps', operator.retention],
      ['Keys', fingerprintOf(anchor)],
      ...unproven.map(
        (hash) => ['TLS authority', `its own, not covered by the link: sha256 ${hash}`] as const,
      ),
    ]),
    strong('To trust it means: for everybody on this machine, it says which VPN servers are registered.'),
  ];
}

async function askConfirmation({ terminal }: Surroundings): Promise<void> {
  const isConfirmed = terminal.isInteractive && (await terminal.confirm('Trust this gateway?'));
  if (!isConfirmed) throw cliError('confirmation_missing');
}

function fingerprintOf(anchor: Anchor): string {
  return fingerprint(anchor, nodePrimitives);
}

function plainHex(text: string): string {
  return text.replaceAll(' ', '');
}
