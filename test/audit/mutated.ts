import fc from 'fast-check';

/** Bytes that somebody sends over a socket, and how: at once, in pieces, byte by byte, without an end. */
export interface Sending {
  readonly bytes: Buffer;
  /** Where the bytes are cut; each piece is a write of its own. */
  readonly cuts: readonly number[];
}

/** A message by the contract, changed in one or several ways that a contract does not foresee. */
export function mutatedLine(message: fc.Arbitrary<unknown>): fc.Arbitrary<Buffer> {
  return fc
    .tuple(message.chain(mutateValue), fc.array(textMutation, { maxLength: 2 }))
    .map(([value, changes]) => {
      let bytes: Buffer = Buffer.from(JSON.stringify(value));
      for (const change of changes) bytes = change(bytes);
      return bytes;
    });
}

/** Lines, empty ones and halves among them. */
export function sendings(line: fc.Arbitrary<Buffer>): fc.Arbitrary<Sending> {
  const lines = fc.array(fc.oneof({ arbitrary: line, weight: 5 }, fc.constant<Buffer>(Buffer.alloc(0))), {
    minLength: 1,
    maxLength: 4,
  });
  return fc
    .tuple(lines, fc.boolean(), fc.array(fc.nat(400), { maxLength: 6 }))
    .map(([all, isWhole, cuts]) => {
      const text = all.flatMap((one) => [one, Buffer.from('\n')]);
      return {
        bytes: Buffer.concat(isWhole ? text : text.slice(0, -1)),
        cuts: cuts.toSorted((a, b) => a - b),
      };
    });
}

const oddValues = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    '',
    [],
    {},
    -1,
    0.5,
    1e308,
    Number.MAX_SAFE_INTEGER + 2,
    '\u0000',
    '\ud800',
    '‮',
  ),
  fc.constantFrom('__proto__', 'constructor', 'toString', '../../etc/passwd', '$(reboot)', 'x\ny'),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.integer({ min: 1, max: 60 }).map(deep),
  fc.integer({ min: 1, max: 3000 }).map((length) => 'A'.repeat(length)),
  fc.integer({ min: 1, max: 500 }).map((length) => Array.from({ length }, (_, at) => at)),
);

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** One place of the value, wherever it is, becomes something else, goes, or gets a sibling. */
function mutateValue(value: unknown): fc.Arbitrary<unknown> {
  const places = placesOf(value);
  return fc.oneof(
    { arbitrary: fc.constant(value), weight: 1 },
    {
      arbitrary: fc
        .tuple(fc.constantFrom(...places), oddValues, fc.constantFrom('replace', 'remove', 'add'))
        .map(([place, odd, how]) => changeAt(value, place, { odd, how })),
      weight: 4,
    },
  );
}

type Place = readonly string[];

function placesOf(value: unknown, at: Place = []): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([name, inner]) => placesOf(inner, [...at, name]))];
}

interface Change {
  readonly odd: unknown;
  readonly how: 'replace' | 'remove' | 'add';
}

function changeAt(value: unknown, [name, ...rest]: Place, change: Change): unknown {
  if (name === undefined)
    return change.how === 'add' && isRecord(value) ? { ...value, more: change.odd } : change.odd;
  if (!isRecord(value) && !Array.isArray(value)) return value;
  const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    if (key !== name) return [[key, inner]];
    if (rest.length === 0 && change.how === 'remove') return [];
    return [[key, changeAt(inner, rest, change)]];
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What JSON.stringify never writes. */
const textMutation: fc.Arbitrary<(bytes: Buffer) => Buffer> = fc.oneof(
  fc.nat(2000).map((at) => (bytes: Buffer) => bytes.subarray(0, at % (bytes.length + 1))),
  fc.tuple(fc.nat(2000), fc.nat(255)).map(([at, byte]) => (bytes: Buffer) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[at % copy.length] = byte === 0x0a ? 0x20 : byte;
    return copy;
  }),
  // A member given twice: whoever takes the first and whoever takes the last understand different things.
  fc.constant((bytes: Buffer) => {
    const [, name] = /"(\w+)":/.exec(bytes.toString('latin1')) ?? [];
    return name === undefined ? bytes : Buffer.concat([Buffer.from(`{"${name}":0,`), bytes.subarray(1)]);
  }),
  fc.constant((bytes: Buffer) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])),
  fc.constant((bytes: Buffer) => Buffer.concat([bytes, Buffer.from([0xff, 0xfe])])),
  fc.constant((bytes: Buffer) => Buffer.concat([Buffer.from('['.repeat(5000)), bytes])),
);
