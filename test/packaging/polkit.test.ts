import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';

type Rule = (action: { readonly id: string }, subject: { readonly user: string }) => unknown;

/** polkit(8) runs the file and asks each rule in turn; undefined: another rule's to say. */
function rule(): Rule {
  const rules: Rule[] = [];
  const polkit = { addRule: (one: Rule) => rules.push(one), Result: { YES: 'yes' } };
  const text = readFileSync(join(import.meta.dirname, '../../packaging/polkit/50-sanad.rules'), 'utf8');
  runInNewContext(text, { polkit });
  const [only] = rules;
  if (only === undefined || rules.length !== 1) throw new Error('one rule');
  return only;
}

const ask = (user: string, action: string): unknown => rule()({ id: action }, { user });

it.each(['set-dns-servers', 'set-domains', 'set-default-route', 'revert'])(
  'the service may %s in systemd-resolved, and nobody else by this rule',
  (act) => {
    expect(ask('sanadd', `org.freedesktop.resolve1.${act}`)).toBe('yes');
    for (const user of ['alice', 'sanad-fetch', 'root'])
      expect(ask(user, `org.freedesktop.resolve1.${act}`)).toBeUndefined();
  },
);

it.each([
  'org.freedesktop.resolve1.set-dnssec',
  'org.freedesktop.resolve1.register-service',
  'org.freedesktop.systemd1.manage-units',
  'org.freedesktop.NetworkManager.settings.modify.system',
])('the service may not %s', (action) => {
  expect(ask('sanadd', action)).toBeUndefined();
});
