import { CredentialChild, type Deadlines } from './child-process.ts';
import type { Credential, CredentialRequest, CredentialResult } from './child-message.ts';
import { credentialError } from './credential-problem.ts';

/** The OS keychain in keytar's four calls. Everything but a proven absence is an error of kind `keychain`. */
export interface CredentialStore {
  /** null only where the keychain could be read and has no such item. */
  readonly getPassword: (service: string, account: string) => Promise<string | null>;
  readonly setPassword: (service: string, account: string, password: string) => Promise<void>;
  /** Whether there was one. */
  readonly deletePassword: (service: string, account: string) => Promise<boolean>;
  readonly findCredentials: (service: string) => Promise<readonly Credential[]>;
  /** The accounts that can be seen without asking anybody; a locked keychain may show none. Proves no absence. */
  readonly lookAtAccounts: (service: string) => Promise<readonly string[]>;
  /** Starts the process ahead of the first call. Asks nobody anything; what goes wrong is told by that call. */
  readonly prepare: () => void;
  /** Ends the process behind it; a later call starts another. */
  readonly close: () => void;
}

export interface CredentialStoreOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly deadlines?: Partial<Deadlines>;
  /** How long a process without requests is kept for the next one. */
  readonly idleMs?: number;
  /** Told the id of each process that is started. */
  readonly started?: (processId: number) => void;
}

/** Windows takes 2,560 bytes, the least of all systems. */
export const MAX_PASSWORD_BYTES = 2500;

/**
 * Where nobody is asked an error comes within two seconds, the start of this program included; where somebody may be, a
 * minute. A service that the bus is still starting goes on starting after that: the next call finds it.
 */
export const defaultDeadlines: Deadlines = { startMs: 10_000, reachMs: 1500, answerMs: 60_000 };
const DEFAULT_IDLE_MS = 10_000;

export function createCredentialStore(options: CredentialStoreOptions = {}): CredentialStore {
  const children = new Children(options);
  return {
    getPassword: async (service, account) => {
      checkNames(service, account);
      return expectPassword(await children.request({ call: 'get', service, account }));
    },
    setPassword: async (service, account, password) => {
      checkNames(service, account);
      checkPassword(password);
      await children.request({ call: 'set', service, account, password });
    },
    deletePassword: async (service, account) => {
      checkNames(service, account);
      return (await children.request({ call: 'delete', service, account })) === true;
    },
    findCredentials: async (service) => {
      checkNames(service);
      return expectCredentials(await children.request({ call: 'find', service }));
    },
    lookAtAccounts: async (service) => {
      checkNames(service);
      return expectAccounts(await children.request({ call: 'look', service }));
    },
    prepare: () => children.prepare(),
    close: () => children.end(),
  };
}

/** Requests one after the other, over a child that lives as long as there is something for it to do. */
class Children {
  readonly #options: CredentialStoreOptions;
  #child: CredentialChild | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;

  constructor(options: CredentialStoreOptions) {
    this.#options = options;
  }

  request(request: CredentialRequest): Promise<CredentialResult> {
    // Not side by side: each has its own deadline, and nobody wants two prompts.
    const result = this.#last.then(async () => await this.#perform(request));
    this.#last = result.catch(() => undefined);
    return result;
  }

  prepare(): void {
    try {
      this.#livingChild();
      this.#restLater();
    } catch {
      // The first request starts over, and says why it cannot.
    }
  }

  end(): void {
    clearTimeout(this.#idle);
    this.#child?.end();
    this.#child = undefined;
  }

  async #perform(request: CredentialRequest): Promise<CredentialResult> {
    clearTimeout(this.#idle);
    try {
      return await this.#livingChild().request(request);
    } finally {
      if (this.#child?.worn === true) this.#relieve();
      else this.#restLater();
    }
  }

  /** Now, between two requests: the next one finds a child that is up, or well on its way. */
  #relieve(): void {
    this.end();
    this.prepare();
  }

  #restLater(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.end(), this.#options.idleMs ?? DEFAULT_IDLE_MS).unref();
  }

  #livingChild(): CredentialChild {
    if (this.#child?.alive === true) return this.#child;
    const { environment = process.env, deadlines, started } = this.#options;
    const child = new CredentialChild({ environment, deadlines: { ...defaultDeadlines, ...deadlines } });
    if (child.processId !== undefined) started?.(child.processId);
    this.#child = child;
    return child;
  }
}

function checkNames(...names: readonly string[]): void {
  const wellFormed = names.every((name) => name !== '' && name.isWellFormed() && !name.includes('\0'));
  if (!wellFormed) throw credentialError('keychain_item_malformed');
}

function checkPassword(password: string): void {
  // A lone surrogate would come back as another character.
  if (!password.isWellFormed()) throw credentialError('keychain_item_malformed');
  if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) throw credentialError('keychain_item_too_large');
}

function expectPassword(result: CredentialResult): string | null {
  if (result === null || typeof result === 'string') return result;
  throw credentialError('keychain_unavailable', new Error('an answer to another question'));
}

function expectCredentials(result: CredentialResult): readonly Credential[] {
  if (isList(result) && result.every((one) => typeof one === 'object')) return result;
  throw credentialError('keychain_unavailable', new Error('an answer to another question'));
}

function expectAccounts(result: CredentialResult): readonly string[] {
  if (isList(result) && result.every((one) => typeof one === 'string')) return result;
  throw credentialError('keychain_unavailable', new Error('an answer to another question'));
}

function isList(result: CredentialResult): result is readonly Credential[] | readonly string[] {
  return typeof result === 'object' && result !== null;
}
