import { sign } from 'node:crypto';
import { join } from 'node:path';
import { STATEMENT_TYPE } from '#gateway/issuer/statement.ts';
import { readKeyFile } from '#gateway/key/key-file.ts';
import { signJws } from '#gateway/key/sign-jws.ts';
import {
  WITHDRAWAL_TYPE,
  type Attestation,
  type Submission,
  type Withdrawal,
} from '#shared/contract/gateway-contract.ts';
import {
  nowSeconds,
  send,
  submissionOf,
  type RunningGateway,
  type Signer,
  type TestAnswer,
  type TestRequest,
} from './running-gateway.ts';

/** One that runs, whoever started it. */
export type ReachableGateway = Pick<RunningGateway, 'directory' | 'origin' | 'port'>;

/** A reviewer whose key `init` made. */
export function reviewerOf(gateway: ReachableGateway, name: string): Signer {
  const key = readKeyFile(join(gateway.directory, `reviewer/${name}.key.json`));
  return { keyId: key.kid, jwk: key.publicJwk, privateKey: key.privateKey };
}

/** What a reviewer signs over a case that `device` submitted with `submissionOf`. */
export function statementOf(
  gateway: ReachableGateway,
  act: { readonly id: string; readonly device: Signer; readonly reviewer: Signer },
  changes: Partial<Attestation> = {},
): Promise<string> {
  const { id, device, reviewer } = act;
  const attested: Partial<Attestation> = {
    endpoints: submissionOf(device).endpoints,
    devices: [device.keyId],
    decision: {
      ...{ authority: 'pk-pta', profile: 'pk-pta@1', route: 'B' },
      ...{ category: 'freelancer', decided_at: 1_790_000_000 },
    },
    assurance: 'attested',
  };
  const common = { ver: 1, iss: gateway.origin, sub: id, iat: nowSeconds() } as const;
  const claims =
    changes.action === undefined || changes.action === 'attest' || changes.action === 'renew'
      ? { ...common, action: 'attest', ...attested, ...changes }
      : { ...common, ...changes };
  const key = { kid: reviewer.keyId, publicJwk: reviewer.jwk, privateKey: reviewer.privateKey };
  return signJws({ typ: STATEMENT_TYPE, claims, key });
}

/** Signs a decision and sends it, without the reviewers' command: fast enough for many at once. */
export async function decide(
  gateway: ReachableGateway,
  act: { readonly id: string; readonly device: Signer; readonly reviewer: Signer },
  changes: Partial<Attestation> = {},
): Promise<TestAnswer> {
  const statement = await statementOf(gateway, act, changes);
  const path = `/v1/case/${act.id}/decision`;
  return await send(gateway, { method: 'POST', path, body: { statement }, signer: act.reviewer });
}

export function submit(gateway: ReachableGateway, device: Signer): Promise<TestAnswer> {
  const body = submissionOf(device);
  return send(gateway, { method: 'POST', path: '/v1/registration', body, signer: device });
}

export function follow(gateway: ReachableGateway, device: Signer, id: string): Promise<TestAnswer> {
  return send(gateway, { method: 'GET', path: `/v1/registration/${id}`, signer: device });
}

export function certify(gateway: ReachableGateway, device: Signer, id: string): Promise<TestAnswer> {
  const path = `/v1/registration/${id}/certificate`;
  return send(gateway, { method: 'POST', path, body: {}, signer: device });
}

/** Sends a device's signed JSON to one of its registration's routes. */
export function act(
  gateway: ReachableGateway,
  device: Signer,
  path: string,
  body: unknown = {},
): Promise<TestAnswer> {
  return send(gateway, { method: 'POST', path: `/v1/registration/${path}`, body, signer: device });
}

export function answer(
  gateway: ReachableGateway,
  device: Signer,
  id: string,
  body: unknown = { text: 'Here.' },
) {
  return act(gateway, device, `${id}/answer`, body);
}

export function amend(
  gateway: ReachableGateway,
  device: Signer,
  id: string,
  changes: Partial<Submission> = {},
): Promise<TestAnswer> {
  return act(gateway, device, `${id}/amendment`, submissionOf(device, changes));
}

export function withdrawalOf(
  gateway: ReachableGateway,
  device: Signer,
  id: string,
  changes: Partial<Withdrawal> = {},
): string {
  const header = { alg: 'Ed25519', typ: WITHDRAWAL_TYPE, jwk: device.jwk };
  const claims: Withdrawal = { ver: 1, iss: gateway.origin, sub: id, iat: nowSeconds(), ...changes };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${sign(null, Buffer.from(input), device.privateKey).toString('base64url')}`;
}

export function withdraw(gateway: ReachableGateway, device: Signer, id: string, note?: string) {
  const withdrawal = withdrawalOf(gateway, device, id);
  return act(gateway, device, `${id}/withdrawal`, { withdrawal, ...(note === undefined ? {} : { note }) });
}

export function addDocument(
  gateway: ReachableGateway,
  device: Signer,
  document: { readonly id: string; readonly content: Buffer; readonly kind?: string; readonly type?: string },
  changes: Partial<TestRequest> = {},
): Promise<TestAnswer> {
  const { id, content, kind = 'letter', type = 'application/pdf' } = document;
  const path = `/v1/registration/${id}/document/${kind}`;
  return send(gateway, { method: 'POST', path, body: content, type, signer: device, ...changes });
}

/** The smallest that is one, as large as wanted. */
export function pdfOf(size = 100): Buffer {
  const [head, end] = ['%PDF-1.7\n', '\n%%EOF\n'];
  return Buffer.from(head + 'x'.repeat(size - head.length - end.length) + end);
}
