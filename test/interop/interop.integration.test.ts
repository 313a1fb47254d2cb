import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import attack from '../vector/attack.json' with { type: 'json' };
import registration from '../vector/registration.json' with { type: 'json' };

interface Verdicts {
  readonly registration: Readonly<Record<string, unknown>>;
  readonly attack: {
    readonly base: Readonly<Record<string, string | null>>;
    readonly accepted: Readonly<Record<string, string | null>>;
    readonly attacks: Readonly<Record<string, string | null>>;
  };
}

const vectorFile = (name: string) => join(import.meta.dirname, '../vector', name);

/** What the reader in Python, written from docs/protocol.md, makes of the two files. */
function readInPython(attackFile = vectorFile('attack.json')): Verdicts {
  const words = ['-B', join(import.meta.dirname, 'verify.py'), vectorFile('registration.json'), attackFile];
  return JSON.parse(execFileSync('/usr/bin/python3', words, { encoding: 'utf8' })) as Verdicts;
}

describe('a reader in another language, written from docs/protocol.md', () => {
  const read = readInPython();

  test('accepts the whole registration, and finds the same names and hashes', () => {
    const { valid, refused: _, token_status_list, ...found } = read.registration;
    expect(valid).toBeNull();
    expect(registration).toMatchObject(found);
    expect(Object.keys(found)).toHaveLength(5);
    expect(token_status_list).toEqual(registration.token_status_list.map(({ statuses }) => statuses));
  });

  test('refuses what is not to be accepted of it, with the same codes', () => {
    const expected = registration.refused.map(({ name, code }) => [name, code]);
    expect(read.registration['refused']).toEqual(Object.fromEntries(expected));
  });

  test('accepts what the attacks begin with', () => {
    expect(read.attack.base).toEqual({ connect: null, take_key_set: null, take_status_list: null });
  });

  test('accepts what else is to be accepted', () => {
    expect(attack.accepted.length).toBeGreaterThan(0);
    const expected = attack.accepted.map(({ name }) => [name, null]);
    expect(read.attack.accepted).toEqual(Object.fromEntries(expected));
  });

  test.each(attack.attacks)('refuses $name -> $code', ({ name, code }) => {
    expect(read.attack.attacks[name]).toBe(code);
  });

  test('would notice: a damaged vector is not accepted', () => {
    const directory = mkdtempSync(join(tmpdir(), 'sanad-interop-'));
    const { connect } = attack.base;
    const damaged = { ...connect, certificate: connect.certificate.replace(/.{4}$/, 'AAAA') };
    const file = join(directory, 'attack.json');
    writeFileSync(file, JSON.stringify({ ...attack, base: { ...attack.base, connect: damaged } }));
    expect(readInPython(file).attack.base['connect']).toBe('signature_invalid');
    rmSync(directory, { recursive: true });
  });
});
