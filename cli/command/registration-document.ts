import { removeDocument } from '#client/registration/document.ts';
import { follow } from '#client/registration/follow.ts';
import { registrationError } from '#client/registration/registration-problem.ts';
import type { StoredRegistration } from '#client/registration/stored-registration.ts';
import type { DocumentView } from '#shared/contract/gateway-contract.ts';
import { good, strong, type Answer } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { describeDocuments, registrationJson } from '../terminal/describe-registration.ts';
import { withProgress } from '../terminal/progress.ts';
import { requireConfirmation } from './confirm.ts';
import { findRegistration } from './find-registration.ts';
import { operatorOf } from './follow-answer.ts';

export async function documentListCommand(surroundings: Surroundings, named: string): Promise<Answer> {
  const registration = await asked(surroundings, named);
  const { documents } = registration.view;
  const lines = describeDocuments(documents);
  return { json: { documents }, lines: lines.length === 0 ? ['The gateway has no document of it.'] : lines };
}

interface RemoveOptions {
  readonly named: string;
  /** Its identifier or the beginning of it, or its kind where there is one of the kind. */
  readonly document: string;
  readonly yes: boolean;
}

/** Has the gateway destroy a document. */
export async function documentRemoveCommand(
  surroundings: Surroundings,
  { named, document: meant, yes }: RemoveOptions,
): Promise<Answer> {
  const { client, terminal } = surroundings;
  const registration = await asked(surroundings, named);
  const document = chosen(registration.view.documents, meant);
  const anchor = await operatorOf(surroundings, registration);
  await requireConfirmation(surroundings, {
    preview: [
      strong(`${anchor.operator.legal_name} (${anchor.origin}) is asked to destroy this document:`),
      ...describeDocuments([document]),
    ],
    question: 'Remove it?',
    isGiven: yes,
  });
  const after = await withProgress(terminal, `Asking ${anchor.origin}`, () =>
    removeDocument(client, registration, { document: document.id }),
  );
  return {
    json: { removed: document, registration: registrationJson(after) },
    lines: [good(`The gateway says that it has destroyed it: ${document.kind}.`)],
  };
}

/** The registration as the gateway has it now. */
export async function asked(surroundings: Surroundings, named: string): Promise<StoredRegistration> {
  const { registration } = await findRegistration(surroundings, named);
  return await withProgress(surroundings.terminal, 'Asking the gateway', async () => {
    const followed = await follow(surroundings.client, registration, { certificate: 'never' });
    return followed.registration;
  });
}

function chosen(documents: readonly DocumentView[], meant: string): DocumentView {
  // Four characters and more: a beginning that somebody read off the list.
  const byIdentifier = documents.filter(({ id }) => meant.length >= 4 && id.startsWith(meant.toLowerCase()));
  const found = byIdentifier.length === 0 ? documents.filter(({ kind }) => kind === meant) : byIdentifier;
  const [only] = found;
  if (only === undefined || found.length > 1) throw registrationError('document_unknown_here');
  return only;
}
