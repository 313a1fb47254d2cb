import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const repository = join(import.meta.dirname, '../..');

/** A small tree in which every file breaks the rule it is named with. */
const offences: Readonly<Record<string, readonly [file: string, content: string]>> = {
  'shared-is-pure': ['shared/impure.ts', "import '../daemon/core/state.ts';"],
  'pure-code-has-no-node': ['shared/reads-disk.ts', "import 'node:fs';"],
  'pure-code-has-few-packages': ['daemon/service/uses-jose.ts', "import 'jose';"],
  'profiles-have-few-packages-too': ['shared/text/uses-jose.ts', "import 'jose';"],
  'gate-knows-no-profile': [
    'daemon/service/knows-profile.ts',
    "import '../../shared/registration/authority-profile/read.ts';",
  ],
  'shared-names-no-authority': ['shared/registration/names-one.ts', "import '../../authority/one.ts';"],
  'core-imports-shared-only': ['daemon/core/knows-port.ts', "import '../port/firewall.ts';"],
  'ports-know-no-adapter': ['daemon/port/knows-adapter.ts', "import '../platform/linux/nft.ts';"],
  'adapters-know-no-service': ['daemon/platform/linux/knows-service.ts', "import '../../service/start.ts';"],
  'platforms-are-strangers': ['daemon/platform/linux/knows-win32.ts', "import '../win32/wfp.ts';"],
  'daemon-imports-only-': ['daemon/service/knows-client.ts', "import '../../client/keychain.ts';"],
  'fetch-imports-only-': ['fetch/knows-daemon.ts', "import '../daemon/port/firewall.ts';"],
  'gateway-imports-only-': ['gateway/knows-client.ts', "import '../client/keychain.ts';"],
  'client-imports-only-': ['client/knows-cli.ts', "import '../cli/run.ts';"],
  'cli-imports-only-client': ['cli/knows-daemon.ts', "import '../daemon/port/firewall.ts';"],
  'main-imports-only-client': ['main/knows-daemon.ts', "import '../daemon/port/firewall.ts';"],
  'renderer-imports-only-': ['renderer/knows-client.ts', "import '../client/keychain.ts';"],
  'verifier-imports-only-': ['verifier/knows-client.ts', "import '../client/keychain.ts';"],
  'issuer-is-a-stranger-to-the-gateway': ['gateway/issuer/knows-http.ts', "import '../http/server.ts';"],
  'no-cycles': ['shared/cycle-a.ts', "import './cycle-b.ts';"],
  resolvable: ['shared/lost.ts', "import './nowhere.ts';"],
  'no-development-packages-in-the-product': ['gateway/uses-fast-check.ts', "import 'fast-check';"],
};

const innocent: Readonly<Record<string, string>> = {
  'daemon/core/state.ts': '',
  'daemon/port/firewall.ts': '',
  'daemon/platform/linux/nft.ts': '',
  'daemon/platform/win32/wfp.ts': '',
  'daemon/service/start.ts': '',
  'client/keychain.ts': '',
  'cli/run.ts': '',
  'gateway/http/server.ts': '',
  'shared/registration/authority-profile/read.ts': '',
  'authority/one.ts': '',
  'shared/cycle-b.ts': "import './cycle-a.ts';",
};

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

let tree = '';
let violations: readonly Violation[] = [];

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'sanad-layers-'));
  const files = { ...innocent, ...Object.fromEntries(Object.values(offences)) };
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(join(tree, dirname(file)), { recursive: true });
    writeFileSync(join(tree, file), `${content}\nexport {};\n`);
  }
  for (const shared of ['node_modules', 'package.json', 'tsconfig.json', '.dependency-cruiser.cjs']) {
    symlinkSync(join(repository, shared), join(tree, shared));
  }
  violations = cruise(tree);
});

afterAll(() => rmSync(tree, { recursive: true, force: true }));

function cruise(directory: string): readonly Violation[] {
  const folders = ['shared', 'client', 'cli', 'daemon', 'fetch', 'gateway', 'main', 'renderer', 'verifier'];
  const words = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...folders];
  const text = execFileSync(join(repository, 'node_modules/.bin/depcruise'), words, {
    cwd: directory,
    maxBuffer: 64 * 1024 * 1024,
  });
  const { summary } = JSON.parse(text.toString()) as { readonly summary: { violations: Violation[] } };
  return summary.violations;
}

describe('every rule about who may import whom', () => {
  it.each(Object.entries(offences))('%s refuses %j', (rule, [file]) => {
    const broken = violations.filter(({ from }) => from === file).map(({ rule: { name } }) => name);
    expect(broken).toContain(rule);
  });

  it('has an offence in this table', async () => {
    const { default: config } = (await import(join(repository, '.dependency-cruiser.cjs'))) as {
      readonly default: { readonly forbidden: readonly { readonly name: string }[] };
    };
    expect(Object.keys(offences).sort()).toEqual(config.forbidden.map(({ name }) => name).sort());
  });
});
