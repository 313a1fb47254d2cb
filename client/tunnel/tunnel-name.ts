/** As the contract with the service has it, and safe as a file's name. */
export function isTunnelName(name: string): boolean {
  return /^(?![.-])[^\p{Cc}\p{Cs}/]{1,64}$/u.test(name) && Buffer.byteLength(name) <= 200;
}
