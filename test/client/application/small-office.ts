import { createHash, randomUUID } from 'node:crypto';
import type { DocumentView, RegistrationView, Submission } from '#shared/contract/gateway-contract.ts';
import { json, refuse, type ReceivedRequest } from '../gateway/scripted-gateway.ts';
import type { TestClient } from '../registration/test-client.ts';

export interface SmallOffice {
  /** By idempotency key: what really happened, however often it was asked for. */
  readonly submitted: Map<string, RegistrationView>;
  readonly documents: Map<string, DocumentView>;
  /** Every submission as it arrived. */
  readonly received: Submission[];
  /** It takes no document. */
  isFull: boolean;
}

const keyOf = ({ headers }: ReceivedRequest): string => String(headers['idempotency-key']);

/** An office that takes each submission and document once, as its contract has it. */
export function openSmallOffice(world: TestClient): SmallOffice {
  const office: SmallOffice = { submitted: new Map(), documents: new Map(), received: [], isFull: false };
  const viewed = (view: RegistrationView): RegistrationView => ({
    ...view,
    documents: [...office.documents.values()],
  });
  world.answer('POST /v1/registration', (response, request) => {
    const submission = JSON.parse(request.body) as Submission;
    office.received.push(submission);
    const known = office.submitted.get(keyOf(request)) ?? taken(submission);
    office.submitted.set(keyOf(request), known);
    const path = `/v1/registration/${known.id}`;
    world.answer(`GET ${path}`, (followed) => json(followed, viewed(known)));
    for (const kind of ['card', 'letter']) {
      world.answer(`POST ${path}/document/${kind}`, (answered, sent) => {
        if (office.isFull) {
          refuse(answered, 507, { code: 'storage_full', detail: 'It is full.', next_action: 'Later.' });
          return;
        }
        const document = office.documents.get(keyOf(sent)) ?? documentOf(kind, sent);
        office.documents.set(keyOf(sent), document);
        json(answered, document, 201);
      });
    }
    json(response, viewed(known), 201);
  });
  return office;
}

function taken({ profile, route, category, endpoints, fields }: Submission): RegistrationView {
  return {
    ...{ id: randomUUID(), state: 'submitted', profile, route, category, endpoints, fields },
    ...{ note: null, submitted_at: 1, changed_at: 1, amends: null, amended_by: null },
    ...{ thread: [], documents: [] },
  };
}

function documentOf(kind: string, { bytes, headers }: ReceivedRequest): DocumentView {
  return {
    ...{ id: randomUUID(), kind, added_at: 1, size: bytes.length },
    content_type: String(headers['content-type']) as DocumentView['content_type'],
    sha256: createHash('sha256').update(bytes).digest('base64url'),
  };
}
