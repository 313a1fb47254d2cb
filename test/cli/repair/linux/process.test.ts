import { describe, expect, it } from 'vitest';
import { runsService } from '#cli/repair/linux/process.ts';
import { readUnit } from '#test/packaging/unit-file.ts';

describe('the service is known by what it was started with', () => {
  it('as its unit starts it', () => {
    const words = readUnit('sanadd.service').words('ExecStart');
    expect(words[0]).toMatch(/node$/);
    expect(runsService(words)).toBe(true);
  });

  it.each<readonly [string, boolean]>([
    ['/usr/lib/sanad/sanadd', true],
    ['node sanadd.mjs', true],
    ['/usr/lib/sanad/node --jitless --no-addons /usr/lib/sanad/sanadd.mjs --fetch-user sanad-fetch', true],
    ['/usr/lib/sanad/node --jitless /usr/lib/sanad/sanad-fetch.mjs', false],
    // What is only told of it is something else.
    ['/bin/cat -- /etc/hosts /usr/lib/sanad/sanadd.mjs', false],
    ['/usr/bin/wireguard-go -f sanad0', false],
    ['/usr/bin/nft -i', false],
  ])('%s: %s', (line, expected) => expect(runsService(line.split(' '))).toBe(expected));

  it('a process without words is none', () => expect(runsService([])).toBe(false));
});
