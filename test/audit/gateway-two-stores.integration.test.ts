import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readClaims } from '#client/registration/read-certificate.ts';
import { issuerAt, type IssuerPort } from '#gateway/issuer/client.ts';
import type { Attestation, CaseView, RegistrationView } from '#shared/contract/gateway-contract.ts';
import { join } from 'node:path';
import {
  amend,
  certify,
  decide,
  follow,
  reviewerOf,
  statementOf,
  submit,
  withdraw,
  withdrawalOf,
} from '../gateway/reviewing.ts';
import {
  makeSigner,
  nowSeconds,
  send,
  startGateway,
  type RunningGateway,
  type Signer,
} from '../gateway/running-gateway.ts';

let gateway: RunningGateway;
let issuer: IssuerPort;
let device: Signer;
let reviewer: Signer;

beforeAll(async () => {
  gateway = await startGateway();
  issuer = issuerAt(join(gateway.directory, 'issuer/issuer.sock'));
  device = await makeSigner();
  reviewer = reviewerOf(gateway, 'reviewer');
});
afterAll(async () => {
  await gateway.stop('SIGTERM');
  gateway.remove();
});

const act = (id: string) => ({ id, device, reviewer });
const review = (id: string, changes: Partial<Attestation> = {}) => decide(gateway, act(id), changes);
const sign = (id: string, changes: Partial<Attestation>) => statementOf(gateway, act(id), changes);
const view = async (id: string) => (await follow(gateway, device, id)).json<RegistrationView>();
const show = async (id: string) =>
  (await send(gateway, { method: 'GET', path: `/v1/case/${id}`, signer: reviewer })).json<CaseView>();

async function attested(): Promise<string> {
  const { id } = (await submit(gateway, device)).json<RegistrationView>();
  expect((await review(id)).status).toBe(200);
  return id;
}

/** As after a kill between the issuer's commit and the gateway's: the issuer knows, the gateway does not. */
describe('an act that only the issuer has heard of', () => {
  it('as a suspension, holds at once and can be repeated', async () => {
    const id = await attested();
    await certify(gateway, device, id);
    await issuer.ask('suspend', { statement: await sign(id, { action: 'suspend' }) });
    expect(await view(id)).toMatchObject({ state: 'attested' });
    expect((await certify(gateway, device, id)).problem().code).toBe('registration_suspended');
    expect((await review(id, { action: 'suspend' })).status).toBe(200);
    expect(await view(id)).toMatchObject({ state: 'suspended' });
  });

  it('as a reinstatement, can be repeated, by then and by nobody else', async () => {
    const id = await attested();
    await review(id, { action: 'suspend' });
    const iat = nowSeconds() + 2;
    await issuer.ask('suspend', { statement: await sign(id, { action: 'reinstate', iat }) });
    expect((await certify(gateway, device, id)).problem().code).toBe('not_attested');
    expect((await review(id, { action: 'reinstate', iat: iat + 1 })).status).toBe(200);
    expect((await certify(gateway, device, id)).status).toBe(200);
  });

  it('as a renewal, has no certificate given until it is repeated', async () => {
    const id = await attested();
    const former = await certify(gateway, device, id);
    const iat = nowSeconds() + 2;
    await issuer.ask('attest', { statement: await sign(id, { action: 'renew', iat }) });
    expect((await certify(gateway, device, id)).problem().code).toBe('attestation_not_noted');
    expect((await review(id, { action: 'renew', iat: iat + 1 })).status).toBe(200);
    const renewed = await certify(gateway, device, id);
    expect(renewed.status).toBe(200);
    expect(renewed.text).not.toBe(former.text);
  });

  it('as a withdrawal, has nothing given any more and can be repeated', async () => {
    const id = await attested();
    await certify(gateway, device, id);
    await issuer.ask('withdraw', { withdrawal: withdrawalOf(gateway, device, id) });
    expect((await certify(gateway, device, id)).problem().code).toBe('registration_revoked');
    expect((await withdraw(gateway, device, id)).json()).toMatchObject({ state: 'ended' });
  });

  it('as an amendment’s certificate, ends what it amends; the next request for it tells the gateway', async () => {
    const old = await attested();
    await certify(gateway, device, old);
    const { id } = (await amend(gateway, device, old)).json<RegistrationView>();
    const statement = await sign(id, { amends: old, iat: nowSeconds() });
    await issuer.ask('attest', { statement });
    const lost = await issuer.ask('issueCertificate', { statement, device: device.keyId });
    expect((await certify(gateway, device, old)).problem().code).toBe('registration_ended');
    // The attestation itself is repeated too, in a later second.
    expect((await review(id, { amends: old, iat: nowSeconds() + 2 })).status).toBe(200);
    const given = await certify(gateway, device, id);
    const index = readClaims(given.json<{ certificate: string }>().certificate)?.status.status_list.idx;
    expect(index).not.toBe(lost.index);
    expect(await view(old)).toMatchObject({ state: 'ended' });
    expect((await show(old)).certificates.map(({ status }) => status)).toEqual(['revoked']);
  });
});

describe('an act that the gateway has taken and the issuer refuses', () => {
  it('is not taken: state, history and thread are as they were', async () => {
    const id = await attested();
    const iat = nowSeconds() + 20;
    await issuer.ask('suspend', { statement: await sign(id, { action: 'suspend', iat }) });
    const before = await show(id);
    const refused = await review(id, { action: 'suspend', iat: iat - 10 });
    expect(refused.problem().code).toBe('statement_superseded');
    expect(await show(id)).toEqual(before);
  });
});
