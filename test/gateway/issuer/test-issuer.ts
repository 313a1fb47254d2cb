import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeyFile, type SigningKey } from '#gateway/key/key-file.ts';
import { signJws } from '#gateway/key/sign-jws.ts';
import { CheckpointSigner } from '#gateway/issuer/checkpoint-signer.ts';
import { Issuer } from '#gateway/issuer/issuer.ts';
import { STATEMENT_TYPE } from '#gateway/issuer/statement.ts';
import { StatusListSigner } from '#gateway/issuer/status-list-signer.ts';
import { IssuerStore } from '#gateway/issuer/store.ts';
import { WITHDRAWAL_TYPE, type Attestation, type Withdrawal } from '#shared/contract/gateway-contract.ts';
import { signJws as signAnyJws } from '../../shared/registration/issue.ts';
import type { TestKey } from '../../shared/registration/issue.ts';

export const ORIGIN = 'https://gateway.example';
export const START = 1_800_000_000;

/** An issuer on a real store, with a clock that a test sets, and a front end that may show it anything. */
export class TestIssuer {
  readonly #directory = mkdtempSync(join(tmpdir(), 'sanad-issuer-'));
  readonly reviewer: SigningKey;
  readonly #certificateKey: SigningKey;
  readonly #statusKey: SigningKey;
  #store: IssuerStore;
  time = START;

  constructor() {
    const key = (name: string) => createKeyFile(join(this.#directory, `${name}.key.json`));
    [this.reviewer, this.#certificateKey, this.#statusKey] = [key('r'), key('c'), key('s')];
    this.#store = this.#open();
  }

  /** A new process on the same store. */
  restart(): void {
    this.#store.close();
    this.#store = this.#open();
  }

  #open(): IssuerStore {
    return new IssuerStore(join(this.#directory, 'issuer.db'));
  }

  remove(): void {
    this.#store.close();
    rmSync(this.#directory, { recursive: true });
  }

  get issuer(): Issuer {
    const now = () => this.time;
    const store = this.#store;
    const configuration = {
      ver: 1 as const,
      origin: ORIGIN,
      status_list_uri: `${ORIGIN}/v1/status-list/1`,
      certificate_seconds: 30 * 86_400,
      assurances: ['attested' as const],
      reviewers: [{ name: 'reviewer', key: this.reviewer.publicJwk }],
    };
    const sleep = () => Promise.resolve(void this.time++);
    const parts = { configuration, store, now };
    const statusList = new StatusListSigner({ ...parts, statusKey: this.#statusKey, ttlSeconds: 900, sleep });
    const checkpoints = new CheckpointSigner({ ...parts, statusKey: this.#statusKey });
    const backupFile = join(this.#directory, 'issuer.db.copy');
    return new Issuer({
      ...{ ...parts, certificateKey: this.#certificateKey, statusList, checkpoints, backupFile },
    });
  }

  /** What stands in the list at these places. */
  statuses(): ReadonlyMap<number, number> {
    this.#store.revokeSuperseded(this.time - 86_400);
    return new Map([...this.#store.statuses()].map(({ index, status }) => [index, status]));
  }

  statement(claims: Pick<Attestation, 'sub' | 'action'> & Partial<Attestation>): Promise<string> {
    const common = { ver: 1, iss: ORIGIN, iat: this.time } as const;
    return signJws({ typ: STATEMENT_TYPE, claims: { ...common, ...claims }, key: this.reviewer });
  }

  attestation(sub: string, devices: readonly string[], changes: Partial<Attestation> = {}): Promise<string> {
    return this.statement({
      ...{ sub, action: 'attest', devices: [...devices], assurance: 'attested' },
      endpoints: [
        { public_key: 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=', host: 'vpn.example', port: 51_820 },
      ],
      decision: {
        ...{ authority: 'pk-pta', profile: 'pk-pta@1', route: 'B', category: 'freelancer' },
        decided_at: START - 86_400,
      },
      ...changes,
    });
  }

  /** Shows an attestation and has a certificate made on it. */
  async certify(statement: string, device: string) {
    await this.issuer.attest({ statement });
    return await this.issuer.issueCertificate({ statement, device });
  }

  async suspend(sub: string, action: 'suspend' | 'reinstate' = 'suspend') {
    return await this.issuer.suspend({ statement: await this.statement({ sub, action }) });
  }

  withdrawal(device: TestKey, sub: string, changes: Partial<Withdrawal> = {}): string {
    const header = { alg: 'Ed25519', typ: WITHDRAWAL_TYPE, jwk: device.publicJwk };
    return signAnyJws(header, { ver: 1, iss: ORIGIN, sub, iat: this.time, ...changes }, device);
  }
}

export const refusal = (code: string) => ({ problem: { code } });
