import { MAX_PHOTOGRAPH_BYTES, readDocumentFile } from '#client/document/document-file.ts';
import { DocumentStore } from '#client/document/document-store.ts';
import { documentKindSchema, MAX_DOCUMENT_BYTES } from '#shared/contract/gateway-contract.ts';
import { bad, good, strong, type Answer, type Line } from '../answer.ts';
import { cliError } from '../cli-problem.ts';
import type { Surroundings } from '../surroundings.ts';
import { describeKept } from '../terminal/describe-document.ts';
import { requireConfirmation } from './confirm.ts';

/** Keeps a document on this computer, encrypted. Nothing is sent. */
export async function documentKeepCommand(
  { client }: Surroundings,
  { path, kind }: { readonly path: string; readonly kind: string },
): Promise<Answer> {
  if (!documentKindSchema.safeParse(kind).success) {
    throw cliError('usage', { detail: 'a kind is one word of small letters, such as letter' });
  }
  const limits = { bytes: MAX_DOCUMENT_BYTES, pictureBytes: MAX_PHOTOGRAPH_BYTES };
  const file = await readDocumentFile(path, limits);
  const document = await new DocumentStore(client).add(file, { kind, now: client.now() });
  const lines = [good('Kept on this computer, encrypted:'), ...describeKept([document])];
  const next = `Next: send a copy: sanad registration document add NAME ${kind} --kept --kind ${kind}`;
  return { json: { document }, lines: [...lines, strong(next)] };
}

export async function keptListCommand({ client }: Surroundings): Promise<Answer> {
  const { documents, damaged } = await new DocumentStore(client).list();
  const lines: readonly Line[] =
    documents.length === 0 ? ['No document is kept here.'] : describeKept(documents);
  const broken = `${damaged} more cannot be read: damaged. Add them again; to clear all away: sanad document wipe`;
  return { json: { documents, damaged }, lines: damaged === 0 ? lines : [...lines, bad(broken)] };
}

export async function keptRemoveCommand(
  surroundings: Surroundings,
  { document: meant, yes }: { readonly document: string; readonly yes: boolean },
): Promise<Answer> {
  const store = new DocumentStore(surroundings.client);
  const document = await store.find(meant);
  await requireConfirmation(surroundings, {
    preview: [
      strong('This is removed from this computer; copies that were sent stay where they are:'),
      ...describeKept([document]),
    ],
    question: 'Remove it?',
    isGiven: yes,
  });
  await store.remove(document);
  return { json: { removed: document }, lines: [good('Removed.')] };
}

/** Destroys the key, and with it everything that it has encrypted. */
export async function keptWipeCommand(
  surroundings: Surroundings,
  { yes }: { readonly yes: boolean },
): Promise<Answer> {
  await requireConfirmation(surroundings, {
    preview: [
      strong(
        'All documents and drafts that Sanad keeps for you on this computer are destroyed, with their key.',
      ),
      'Nobody can bring them back, from a backup neither. Registrations and what gateways have stay as they are.',
    ],
    question: 'Destroy them?',
    isGiven: yes,
  });
  await new DocumentStore(surroundings.client).wipe();
  return { json: { wiped: true }, lines: [good('Destroyed, key and files.')] };
}
