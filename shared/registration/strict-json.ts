/**
 * JSON.parse that refuses a member name given twice (RFC 7515 section 4 for headers, RFC 7519 section 4 for
 * claims): JSON.parse keeps the last, another reader may keep the first. Throws a SyntaxError.
 */
export function parseStrictJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const name = findDoubledName(text);
  if (name !== undefined) throw new SyntaxError(`member given twice: ${name.slice(0, 64)}`);
  return value;
}

/**
 * The first member name given twice in one object of `text`, which must be JSON. Strings are leapt over with
 * indexOf, so the megabytes of a status list cost next to nothing.
 */
function findDoubledName(text: string): string | undefined {
  const objects: Set<string>[] = [];
  const interesting = /[{}"]/g;
  for (let found = interesting.exec(text); found !== null; found = interesting.exec(text)) {
    const start = found.index;
    if (found[0] === '{') objects.push(new Set());
    else if (found[0] === '}') objects.pop();
    else {
      const end = endOfString(text, start);
      interesting.lastIndex = end;
      if (!isName(text, end)) continue;
      const name = nameBetween(text, start, end);
      const names = objects.at(-1);
      if (names?.has(name) === true) return name;
      names?.add(name);
    }
  }
  return undefined;
}

/** The index after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote + 1;
}

/** An odd number of backslashes before a quote makes it part of the string. */
function isEscaped(text: string, quote: number): boolean {
  let first = quote;
  while (text[first - 1] === '\\') first--;
  return (quote - first) % 2 === 1;
}

/** In JSON a string is a member's name exactly when a colon follows. */
function isName(text: string, end: number): boolean {
  let index = end;
  while (/[ \t\r\n]/.test(text[index] ?? '')) index++;
  return text[index] === ':';
}

/** "a" and "\u0061" are the same name. */
function nameBetween(text: string, start: number, end: number): string {
  const raw = text.slice(start, end);
  return raw.includes('\\') ? String(JSON.parse(raw)) : raw.slice(1, -1);
}
