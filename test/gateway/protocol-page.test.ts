import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { protocolTables } from './protocol-tables.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/protocol.md'), 'utf8');

describe('docs/protocol.md', () => {
  it.each(Object.entries(protocolTables))('has the %s that the code has', (name, table) => {
    const [, shown = ''] = new RegExp(`<!-- ${name}[^>]*-->\\n([^<]*)<!-- end -->`).exec(page) ?? [];
    expect(shown.trim().split('\n')).toEqual(table());
  });
});
