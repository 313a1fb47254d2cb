import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pngOf } from '#test/shared/document/samples.ts';
import { makeCommandLine, type CommandLine } from './command-line.ts';

let cli: CommandLine;
beforeEach(() => {
  cli = makeCommandLine();
});
afterEach(() => cli.close());

const keep = async (kind = 'cnic_front', content = pngOf(4, 3)) => {
  writeFileSync(join(cli.home, 'my-card.png'), content);
  return await cli.sanad('document', 'add', join(cli.home, 'my-card.png'), '--kind', kind, '--json');
};
const listed = async () => (await cli.sanad('document', 'list', '--json')).answer['documents'];

describe('sanad document', () => {
  it('keeps, lists and removes', async () => {
    const { code, answer } = await keep();
    expect([code, answer['document']]).toEqual([
      0,
      expect.objectContaining({ name: 'my-card.png', size: 68 }),
    ]);
    expect(await listed()).toEqual([answer['document']]);
    expect((await cli.sanad('document', 'list')).stdout).toMatch(
      /cnic_front +PNG picture, 68 B, “my-card.png”/,
    );
    const nobody = await cli.sanad('document', 'remove', 'cnic_front', '--json');
    expect([nobody.code, nobody.answer.problem?.code]).toEqual([2, 'confirmation_missing']);
    expect((await cli.sanad('document', 'remove', 'cnic_front', '--yes')).code).toBe(0);
    expect(await listed()).toEqual([]);
  });

  it.each([
    ['what is no document', 'letter', Buffer.from('Dear Sir'), 'document_type_unknown'],
    ['a kind that is none', 'CNIC front', pngOf(4, 3), 'usage'],
  ])('add of %s keeps nothing', async (_, kind, content, problem) => {
    const { code, answer } = await keep(kind, content);
    expect([code, answer.problem?.code]).toEqual([2, problem]);
    expect(await listed()).toEqual([]);
  });

  it('whose key is gone says so with the exit code of the keychain, and wipe is the way on', async () => {
    await keep();
    cli.secrets.clear();
    const { code, answer } = await cli.sanad('document', 'list', '--json');
    expect([code, answer.problem?.code]).toEqual([6, 'vault_key_missing']);
    expect((await cli.sanad('document', 'wipe', '--json')).answer.problem?.code).toBe('confirmation_missing');
    expect(readdirSync(join(cli.home, 'config', 'vault'))).not.toEqual([]);
    expect((await cli.sanad('document', 'wipe', '--yes')).code).toBe(0);
    expect(existsSync(join(cli.home, 'config', 'vault'))).toBe(false);
    expect((await keep()).code).toBe(0);
  });
});
