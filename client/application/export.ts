import { open } from 'node:fs/promises';
import { notWritten } from '../file/atomic-file.ts';
import type { ClientContext } from '../client-context.ts';
import { DocumentStore } from '../document/document-store.ts';
import { RegistrationStore } from '../registration/registration-store.ts';
import { Vault } from '../vault/vault.ts';
import { applicationError } from './application-problem.ts';
import { ApplicationStore } from './application-store.ts';

/** Everything that is kept here of a person, decrypted: documents as base64. */
export async function gatherAll(client: ClientContext): Promise<object> {
  const vault = new Vault(client);
  const store = new ApplicationStore({ ...client, vault });
  const documentStore = new DocumentStore({ ...client, vault });
  const [{ drafts, damaged }, applicants, line, { documents }, registrations] = await Promise.all([
    store.drafts(),
    store.applicants(),
    store.line(),
    documentStore.list(),
    new RegistrationStore(client.configDirectory).all(),
  ]);
  const contents: object[] = [];
  for (const document of documents) {
    const bytes = await documentStore.content(document);
    contents.push({ ...document, content: bytes.toString('base64') });
  }
  return {
    ...{ format: 'sanad-export', version: 1, exported_at: client.now() },
    ...{ applicants, applications: drafts, damaged_applications: damaged },
    ...{ documents: contents, addresses_seen: line ?? null, registrations },
  };
}

/** Writes all of it into a new file that only its owner may read: never over one that is there. */
export async function exportAll(client: ClientContext, path: string): Promise<{ readonly bytes: number }> {
  const content = Buffer.from(`${JSON.stringify(await gatherAll(client), null, 2)}\n`);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      // Past the umask, before anything is in it.
      await file.chmod(0o600);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')
      throw applicationError('export_exists');
    throw notWritten(cause);
  }
  return { bytes: content.length };
}
