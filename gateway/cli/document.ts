import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { gatewayRoutes, type DocumentView } from '#shared/contract/gateway-contract.ts';
import { accessOf, showCase, type AccessOptions } from './case.ts';
import { commandError } from './problem.ts';
import { pathOf, requestGateway } from './reviewer-client.ts';

/** Puts a document into a new file, for its owner alone; only if it is the one that the case lists. */
export async function saveDocument(
  options: AccessOptions,
  of: { readonly id: string; readonly document: string; readonly output: string },
): Promise<DocumentView> {
  const { id, document, output } = of;
  const listed = (await showCase(options, id)).documents.find((one) => one.id === document);
  if (listed === undefined) throw commandError('document_missing');
  const path = pathOf(gatewayRoutes.caseDocument.path, { id, document });
  const { body } = await requestGateway(accessOf(options), { method: 'GET', path });
  const sha256 = createHash('sha256').update(body).digest('base64url');
  if (sha256 !== listed.sha256)
    throw commandError('gateway_answer_malformed', { detail: 'another document' });
  try {
    // Never in the place of a file that is there, and with no name that the registrant chose.
    writeFileSync(output, body, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw commandError('file_not_written', { detail: output, cause: error });
  }
  return listed;
}
