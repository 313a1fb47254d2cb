export interface Random {
  /** base64url of so many unpredictable bytes. */
  token(bytes: number): string;
  /** From 0 to below 1; for jitter only. */
  fraction(): number;
}
