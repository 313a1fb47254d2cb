import type { Problem, ProblemKind } from '#shared/contract/problem.ts';

/** What is looked at, in the order in which one depends on the other: the first that fails is where to begin. */
export const checkNames = [
  'service',
  'socket',
  'firewall',
  'resolver',
  'endpoint_name',
  'handshake',
  'gateway',
  'keychain',
  'registration',
  'public_address',
] as const;
export type CheckName = (typeof checkNames)[number];

/** One thing that was found, and the one thing to do about it. */
export interface Finding {
  readonly check: CheckName;
  /** The tunnel or gateway that it is about; null: the machine. */
  readonly subject: string | null;
  /** `not_checked`: it could not be seen from here, and the reason says why. Nothing is guessed. */
  readonly state: 'ok' | 'warning' | 'failed' | 'not_checked';
  /** Stable, as every code. */
  readonly code: string;
  readonly kind: ProblemKind;
  readonly reason: string;
  /** null where nothing has to be done. */
  readonly nextAction: string | null;
}

interface Row {
  readonly state: Finding['state'];
  /** Whose trouble it is; of no meaning where there is none. */
  readonly kind?: ProblemKind;
  readonly reason: string;
  readonly nextAction?: string;
}
interface About {
  readonly subject?: string | null;
  /** Goes after the reason, in the finder's own words; holds no secret. */
  readonly detail?: string;
}

/** Makes a check's findings from its catalogue. */
export function findings<Code extends string>(
  check: CheckName,
  catalogue: Readonly<Record<Code, Row>>,
): (code: Code, about?: About) => Finding {
  return (code, { subject = null, detail } = {}) => {
    const { state, kind = 'internal', reason, nextAction = null } = catalogue[code];
    const said = detail === undefined ? reason : `${reason} (${detail})`;
    return { check, subject, state, code, kind, reason: said, nextAction: named(nextAction, subject) };
  };
}

/** The tunnel's own name in a line to type, where it can stand there unquoted. */
function named(nextAction: string | null, subject: string | null): string | null {
  if (nextAction === null || subject === null || !/^[\p{L}\p{N}_.@-]+$/u.test(subject)) return nextAction;
  return nextAction.replaceAll(/\bNAME$/g, subject);
}

/** What another part found out already, told as a finding. */
export function findingOf(
  check: CheckName,
  { kind, code, reason, nextAction }: Problem,
  { state = 'failed', subject = null }: Partial<Pick<Finding, 'state' | 'subject'>> = {},
): Finding {
  return { check, subject, state, code, kind, reason, nextAction };
}
