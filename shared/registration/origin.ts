/** Whether the text is an origin as RFC 6454 section 6.2 writes it: scheme, host, port unless default, no more. */
export function isOrigin(text: string): boolean {
  return originOf(text) === text;
}

/** The origin of an http or https address; undefined for anything else, and for one with a user or password in it. */
export function originOf(uri: string): string | undefined {
  if (!URL.canParse(uri)) return undefined;
  const { protocol, origin, username, password } = new URL(uri);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  return username === '' && password === '' ? origin : undefined;
}
