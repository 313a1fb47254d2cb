import { readDocumentFile, type DocumentFile } from '#client/document/document-file.ts';
import { addDocument, removeDocument, requireAddable } from '#client/registration/document.ts';
import { follow } from '#client/registration/follow.ts';
import { registrationError } from '#client/registration/registration-problem.ts';
import type { StoredRegistration } from '#client/registration/stored-registration.ts';
import {
  documentKindSchema,
  MAX_DOCUMENT_BYTES,
  type Anchor,
  type DocumentView,
} from '#shared/contract/gateway-contract.ts';
import { good, strong, type Answer, type Line } from '../answer.ts';
import { cliError } from '../cli-problem.ts';
import type { Surroundings } from '../surroundings.ts';
import { describeDocuments, describeType, registrationJson } from '../terminal/describe-registration.ts';
import { withProgress } from '../terminal/progress.ts';
import { table } from '../terminal/table.ts';
import { bytes } from '../terminal/words.ts';
import { requireConfirmation, requireConsent } from './confirm.ts';
import { findRegistration } from './find-registration.ts';
import { operatorOf } from './follow-answer.ts';

interface AddOptions {
  readonly named: string;
  readonly path: string;
  readonly kind: string;
  readonly consent: boolean;
}

/** Looks at the file, shows what will be sent and to whom, then sends it. */
export async function documentAddCommand(
  surroundings: Surroundings,
  { named, path, kind, consent }: AddOptions,
): Promise<Answer> {
  const { client, terminal } = surroundings;
  if (!documentKindSchema.safeParse(kind).success) {
    throw cliError('usage', { detail: 'a kind is one word of small letters, such as letter' });
  }
  // The file first: what is wrong with it nobody else needs to hear.
  const file = await readDocumentFile(path, { bytes: MAX_DOCUMENT_BYTES });
  const registration = await asked(surroundings, named);
  const anchor = await operatorOf(surroundings, registration);
  requireAddable(registration, { kind, file });
  await requireConsent(surroundings, {
    preview: describeSending({ file, kind, registration, anchor }),
    question: 'Send it?',
    isGiven: consent,
  });
  const sending = `Sending ${bytes(file.size)} to ${anchor.origin}`;
  const added = await withProgress(terminal, sending, () =>
    addDocument(client, registration, { kind, file }),
  );
  const { document } = added;
  return {
    json: { document, registration: registrationJson(added.registration) },
    lines: [
      good(`The gateway has it: ${kind}, ${describeType(document.content_type)}, ${bytes(document.size)}.`),
      strong(`Next: see all of them: sanad registration document list ${registration.tunnel}`),
    ],
  };
}

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

async function asked(surroundings: Surroundings, named: string): Promise<StoredRegistration> {
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

interface Sending {
  readonly file: DocumentFile;
  readonly kind: string;
  readonly registration: StoredRegistration;
  readonly anchor: Anchor;
}

function describeSending({ file, kind, registration, anchor }: Sending): readonly Line[] {
  const { operator, origin } = anchor;
  return [
    strong(`This is sent to ${operator.legal_name} (${origin}):`),
    ...table([
      ['  Document', kind],
      ['  Content', `${describeType(file.contentType)}, ${bytes(file.size)}, all of “${file.name}”`],
      ['  For', `registration ${registration.view.id} (${registration.tunnel})`],
    ]),
    'Its reviewers read it. The file’s name is not sent; what the file itself holds is, hidden details of a photo included.',
    `They keep it as they say: ${operator.retention}.`,
  ];
}
