import { registrationError } from '#client/registration/registration-problem.ts';
import type { Line } from '../answer.ts';
import { cliError } from '../cli-problem.ts';
import type { Surroundings } from '../surroundings.ts';

interface Sending {
  /** What leaves this computer, and to whom. */
  readonly preview: readonly Line[];
  readonly question: string;
  readonly isGiven: boolean;
}

/** Nothing personal leaves before it was shown and consented to. */
export async function requireConsent({ terminal }: Surroundings, sending: Sending): Promise<void> {
  terminal.tell(sending.preview);
  const isGiven = sending.isGiven || (terminal.isInteractive && (await terminal.confirm(sending.question)));
  if (!isGiven) throw registrationError('consent_missing');
}

/** Nothing is ended before its consequences were shown and wanted. */
export async function requireConfirmation({ terminal }: Surroundings, ending: Sending): Promise<void> {
  terminal.tell(ending.preview);
  const isGiven = ending.isGiven || (terminal.isInteractive && (await terminal.confirm(ending.question)));
  if (!isGiven) throw cliError('confirmation_missing');
}
