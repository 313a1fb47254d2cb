import { checkRegistration, type RegistrationCheck } from '../../registration/check.ts';
import { isDueForRenewal } from '../../registration/read-certificate.ts';
import { findingOf, findings, type Finding } from '../finding.ts';
import type { Scene } from '../scene.ts';

const DAY_SECONDS = 86_400;

const finding = findings('registration', {
  registration_stands: { state: 'ok', reason: 'It is registered.' },
  registration_ends_soon: {
    state: 'warning',
    kind: 'registration',
    reason: 'It is registered, but its certificate was not renewed in time and ends soon.',
    nextAction: 'Renew it: sanad registration show NAME',
  },
  registration_no_tunnel: {
    state: 'not_checked',
    reason: 'You have no tunnel.',
    nextAction: 'Take in the file that you got for your VPN: sanad import FILE',
  },
  registration_no_service: {
    state: 'not_checked',
    reason: 'Only the service decides whether a registration stands, and it does not answer.',
  },
});

/** Whether each tunnel would be let up now. The service decides, as it does at connect. */
export async function checkRegistrations(scene: Scene): Promise<readonly Finding[]> {
  const { service, tunnels, registrations } = scene;
  const [view, known, registered] = await Promise.all([service, tunnels, registrations]);
  if (known.length === 0) return [finding('registration_no_tunnel')];
  if (view.kind === 'silent') return [finding('registration_no_service')];
  return await Promise.all(
    known.map(async (tunnel) => {
      const check = await checkRegistration(view.daemon, tunnel, registered);
      return judgeRegistration({ subject: tunnel.name, check, now: scene.client.now() });
    }),
  );
}

interface Seen {
  readonly subject: string;
  readonly check: Pick<RegistrationCheck, 'refusal'> & {
    readonly candidate: { readonly claims: { readonly iat: number; readonly exp: number } } | undefined;
  };
  readonly now: number;
}

export function judgeRegistration({ subject, check: { refusal, candidate }, now }: Seen): Finding {
  if (refusal !== null) return findingOf('registration', refusal, { subject });
  if (candidate === undefined) return finding('registration_stands', { subject });
  const { iat, exp } = candidate.claims;
  const days = Math.max(0, Math.floor((exp - now) / DAY_SECONDS));
  const detail = `certificate for ${days === 1 ? 'one more day' : `${days} more days`}`;
  // It renews itself from a third of its life on: once half of that has passed, something kept it from it.
  const isLate = isDueForRenewal({ iat: exp - (exp - iat) / 2, exp }, now);
  return finding(isLate ? 'registration_ends_soon' : 'registration_stands', { subject, detail });
}
