import { readDocumentFile } from '#client/document/document-file.ts';
import { addDocument } from '#client/registration/document.ts';
import { RegistrationStore } from '#client/registration/registration-store.ts';
import { memoryKeychain } from '../client/memory-keychain.ts';

/** Run to be killed: a person's client that sends a document, and says when a part of it has arrived. */
interface Given {
  readonly configDirectory: string;
  readonly anchors: { readonly directory: string; readonly ownerUid: number };
  readonly relaySocket: string;
  readonly secrets: readonly (readonly [string, string])[];
  readonly file: string;
}
const given = JSON.parse(process.env['GIVEN'] ?? '') as Given;
const { configDirectory, anchors, relaySocket, secrets } = given;
const [registration] = await new RegistrationStore(configDirectory).all();
if (registration === undefined) throw new Error('nothing is registered');
const file = await readDocumentFile(given.file, { bytes: 5 * 1024 * 1024 });
const now = (): number => Math.floor(Date.now() / 1000);
const keychain = memoryKeychain(new Map(secrets));
await addDocument(
  { configDirectory, anchors, relaySocket, keychain, now, daemonSocket: '', program: 'sanad test' },
  registration,
  {
    ...{ kind: 'letter', file },
    onProgress: (received) => {
      if (received > 0) process.stdout.write(`${received}\n`);
    },
  },
);
