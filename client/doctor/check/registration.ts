import { checkRegistration, type RegistrationCheck } from '../../registration/check.ts';
import { isDueForRenewal } from '../../registration/read-certificate.ts';
import { findingOf, findings, type Finding } from '../finding.ts';
import type { Scene } from '../scene.ts';

const DAY_SECONDS = 86_400;
/** Nothing renews it but its registrant: time enough to be told more than once. */
const STATE_AGAIN_DAYS = 14;

const finding = findings('registration', {
  registration_stands: { state: 'ok', reason: 'It is registered.' },
  registration_stated: {
    state: 'ok',
    reason: 'It is stated by you and confirmed by nobody, which this computer accepts.',
  },
  registration_stated_ends_soon: {
    state: 'warning',
    kind: 'registration',
    reason: 'It is stated by you and confirmed by nobody, and what you stated ends soon.',
    nextAction: 'If it still holds, state it again: sanad registration declare NAME --again',
  },
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
  const { service, tunnels } = scene;
  const [view, known, registrations, declarations] = await Promise.all([
    service,
    tunnels,
    scene.registrations,
    scene.declarations,
  ]);
  const registered = { registrations, declarations };
  if (known.length === 0) return [finding('registration_no_tunnel')];
  if (view.kind === 'silent') return [finding('registration_no_service')];
  return await Promise.all(
    known.map(async (tunnel) => {
      const check = await checkRegistration(view.daemon, tunnel, registered);
      return judgeRegistration({ subject: tunnel.name, check, now: scene.client.now() });
    }),
  );
}

interface Life {
  readonly iat: number;
  readonly exp: number;
}

/** What of a candidate is looked at. */
type Judged =
  | {
      readonly kind: 'certificate';
      readonly registration: { readonly gateway: string };
      readonly claims: Life;
    }
  | { readonly kind: 'declaration'; readonly claims: Life };

interface Seen {
  readonly subject: string;
  readonly check: Pick<RegistrationCheck, 'refusal'> & { readonly candidate: Judged | undefined };
  readonly now: number;
}

export function judgeRegistration({ subject, check: { refusal, candidate }, now }: Seen): Finding {
  if (refusal !== null) return findingOf('registration', refusal, { subject });
  if (candidate === undefined) return finding('registration_stands', { subject });
  const { iat, exp } = candidate.claims;
  const days = Math.max(0, Math.floor((exp - now) / DAY_SECONDS));
  const left = days === 1 ? 'one more day' : `${days} more days`;
  if (candidate.kind === 'declaration') {
    const isEnding = exp - now < STATE_AGAIN_DAYS * DAY_SECONDS;
    const code = isEnding ? 'registration_stated_ends_soon' : 'registration_stated';
    return finding(code, { subject, detail: `for ${left}` });
  }
  const detail = `confirmed by ${candidate.registration.gateway}, certificate for ${left}`;
  // It renews itself from a third of its life on: once half of that has passed, something kept it from it.
  const isLate = isDueForRenewal({ iat: exp - (exp - iat) / 2, exp }, now);
  return finding(isLate ? 'registration_ends_soon' : 'registration_stands', { subject, detail });
}
