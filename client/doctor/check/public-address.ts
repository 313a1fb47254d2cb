import { SanadError } from '#shared/contract/problem.ts';
import { readIpAddress } from '#shared/wireguard/ip-address.ts';
import { readAnchors } from '../../anchor/read-anchors.ts';
import { RegistrationArchive } from '../../archive/registration-archive.ts';
import type { StoredRegistration } from '../../registration/stored-registration.ts';
import { findings, type Finding } from '../finding.ts';
import { archivedAddresses } from '../../registration/public-address.ts';
import { publicGateway } from '../probe/public-gateway.ts';
import type { Scene } from '../scene.ts';

const finding = findings('public_address', {
  public_address_registered: { state: 'ok', reason: 'You are on the internet with a registered address.' },
  public_address_other: {
    state: 'warning',
    kind: 'registration',
    reason: 'You are on the internet with another address than the registered one. You can still connect.',
    nextAction:
      'If your address changed for good, tell the gateway’s operator; else use the registered line.',
  },
  public_address_none: {
    state: 'not_checked',
    reason: 'Your registrations name no address, so there is nothing to compare.',
  },
  public_address_hidden: {
    state: 'not_checked',
    reason: 'A tunnel is up, so the gateway would see the VPN server’s address, not yours.',
    nextAction: 'Disconnect (sanad disconnect) and run this again.',
  },
  public_address_unseen: {
    state: 'not_checked',
    reason: 'The gateway did not say which address it sees you with.',
  },
  public_address_no_gateway: {
    state: 'not_checked',
    reason: 'The gateway of this registration is not joined on this machine.',
  },
});

/** Whether this line has the address that was registered, where the authority's rules register one. */
export async function checkPublicAddress(scene: Scene): Promise<readonly Finding[]> {
  const registrations = await withAddresses(scene);
  if (registrations.length === 0) return [finding('public_address_none')];
  const view = await scene.service;
  // Another user's tunnel carries the fetcher's questions too; a service that does not tell may have one up.
  const isOutside =
    view.kind === 'answers'
      ? ['disconnected', 'blocked'].includes(view.status.state.kind)
      : view.problem.code === 'daemon_unreachable';
  if (!isOutside) return [finding('public_address_hidden')];
  return await Promise.all(registrations.map((one) => compare(scene, one)));
}

interface Addressed {
  readonly registration: StoredRegistration;
  readonly registered: readonly string[];
}

/** The addresses lie in the archive: what was answered is in no registration's file. */
async function withAddresses(scene: Scene): Promise<readonly Addressed[]> {
  const registrations = await scene.registrations;
  const archived = await new RegistrationArchive(scene.client.configDirectory).all();
  return registrations.flatMap((registration) => {
    const known = archived.find((one) => one.registration === registration.view.id);
    const registered = archivedAddresses(known?.details ?? []);
    return registered.length === 0 ? [] : [{ registration, registered }];
  });
}

async function compare({ client }: Scene, { registration, registered }: Addressed): Promise<Finding> {
  const subject = registration.tunnel;
  const anchor = (await readAnchors(client.anchors)).find(({ origin }) => origin === registration.origin);
  if (anchor === undefined) return finding('public_address_no_gateway', { subject });
  try {
    const { address } = await publicGateway(client, anchor).ask('publicAddress');
    return judgeAddress({ subject, seen: address, registered });
  } catch (cause) {
    if (!(cause instanceof SanadError)) throw cause;
    return finding('public_address_unseen', { subject, detail: cause.problem.code });
  }
}

interface Seen {
  readonly subject: string;
  /** As the gateway sees it. */
  readonly seen: string;
  readonly registered: readonly string[];
}

export function judgeAddress({ subject, seen, registered }: Seen): Finding {
  const address = readIpAddress(seen)?.text;
  // Somebody else's words are not shown as an address.
  if (address === undefined) return finding('public_address_unseen', { subject });
  if (registered.some((one) => readIpAddress(one)?.text === address)) {
    return finding('public_address_registered', { subject, detail: address });
  }
  return finding('public_address_other', {
    subject,
    detail: `${address}; registered: ${registered.join(', ')}`,
  });
}
