import { wireguardError } from './wireguard-problem.ts';

/** A Curve25519 public key as WireGuard writes it: canonical base64 of 32 bytes. Equal text, equal key. */
export type PublicKey = string & { readonly [publicKeyBrand]: true };
declare const publicKeyBrand: unique symbol;

export function parsePublicKey(text: string): PublicKey {
  if (!isPublicKey(text)) throw wireguardError('key_malformed');
  return text;
}

const REDACTED = '[redacted]';

/** A secret that cannot be printed by accident: only `reveal` gives it away. */
abstract class SecretKey {
  readonly #text: string;

  protected constructor(text: string) {
    this.#text = text;
  }

  /** For the daemon's socket, the keychain and WireGuard itself; nothing else. */
  reveal(): string {
    return this.#text;
  }

  toJSON(): string {
    return REDACTED;
  }

  toString(): string {
    return REDACTED;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED;
  }
}

export class PrivateKey extends SecretKey {
  /** Keeps PrivateKey and PresharedKey apart for the compiler. */
  readonly kind = 'private-key';

  private constructor(text: string) {
    super(text);
  }

  static parse(text: string): PrivateKey {
    const key = canonicalKey(text);
    // WireGuard's configuration protocol takes an all-zero private key as "remove the key".
    if (key === ZERO_KEY) throw wireguardError('key_malformed', { detail: 'all zero' });
    return new PrivateKey(key);
  }
}

export class PresharedKey extends SecretKey {
  readonly kind = 'preshared-key';

  private constructor(text: string) {
    super(text);
  }

  /** All zero is WireGuard's way of saying that there is none, which `isAbsent` tells. */
  static parse(text: string): PresharedKey {
    return new PresharedKey(canonicalKey(text));
  }

  isAbsent(): boolean {
    return this.reveal() === ZERO_KEY;
  }
}

const ZERO_KEY = `${'A'.repeat(43)}=`;

/**
 * RFC 4648 section 3.5: pad bits are zero. 32 bytes leave two of them in the 43rd character, so that only every
 * fourth letter may stand there; otherwise four texts would name one key.
 */
const CANONICAL_KEY = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

function isPublicKey(text: string): text is PublicKey {
  return CANONICAL_KEY.test(text);
}

function canonicalKey(text: string): string {
  if (!CANONICAL_KEY.test(text)) throw wireguardError('key_malformed');
  return text;
}
