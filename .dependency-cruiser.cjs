/**
 * Who may import whom (docs/architecture.md, "Layers"). Each rule says why. Type-only imports count too
 * (tsPreCompilationDeps): a type is a dependency of the mind.
 */
const effectful = '^(main|renderer|client|cli|daemon|fetch|gateway|verifier|test|script)/';

/** A process's folder may import only itself and the folders named. */
function only(from, allowed, comment) {
  return {
    name: `${from}-imports-only-${allowed.join('-and-')}`,
    comment,
    severity: 'error',
    from: { path: `^${from}/` },
    to: { path: effectful, pathNot: [from, ...allowed].map((folder) => `^${folder}/`) },
  };
}

module.exports = {
  forbidden: [
    {
      name: 'shared-is-pure',
      comment:
        'Everything points to shared; shared points nowhere, so that it can be tested and reused anywhere.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: effectful },
    },
    {
      name: 'pure-code-has-no-node',
      comment: 'shared and daemon/core decide; they never do. Effects come in as ports.',
      severity: 'error',
      from: { path: '^(shared|daemon/core)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-code-has-few-packages',
      comment: 'Schemas and address ranges only: the gate stays small enough to read.',
      severity: 'error',
      from: { path: '^(shared|daemon|fetch)/', pathNot: '^shared/(registration/authority-profile|text)/' },
      to: { path: 'node_modules', pathNot: 'node_modules/(zod|ipaddr\\.js|@types/node|vitest)' },
    },
    {
      name: 'profiles-have-few-packages-too',
      comment:
        'Patterns of others in linear time, and messages in two languages; nothing of it reaches the gate.',
      severity: 'error',
      from: { path: '^shared/(registration/authority-profile|text)/' },
      to: { path: 'node_modules', pathNot: 'node_modules/(zod|ipaddr\\.js|re2js|intl-messageformat)' },
    },
    {
      name: 'gate-knows-no-profile',
      comment: 'What the daemon and the fetcher run stays small: profiles are for those who apply.',
      severity: 'error',
      from: { path: '^(daemon|fetch)/|^shared/(wireguard|tunnel|contract)/|^shared/registration/[^/]+$' },
      to: { path: '^(shared/(registration/(authority-profile|interview)|text)|authority)/' },
    },
    {
      name: 'shared-names-no-authority',
      comment: 'The engine knows the form of a profile and no profile: what an authority asks for is data.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^authority/' },
    },
    {
      name: 'core-imports-shared-only',
      comment: 'The tunnel machine knows no port, no adapter and no service.',
      severity: 'error',
      from: { path: '^daemon/core/' },
      to: { path: '^daemon/(port|platform|service|index)' },
    },
    {
      name: 'ports-know-no-adapter',
      comment: 'A port is what the service needs, in its own words.',
      severity: 'error',
      from: { path: '^daemon/port/' },
      to: { path: '^daemon/(platform|service|index)' },
    },
    {
      name: 'adapters-know-no-service',
      comment: 'Adapters are replaceable; what they serve is not their business.',
      severity: 'error',
      from: { path: '^daemon/platform/' },
      to: { path: '^daemon/(service|index)' },
    },
    {
      name: 'platforms-are-strangers',
      comment: 'A change for one system never breaks another.',
      severity: 'error',
      from: { path: '^daemon/platform/([^/]+)/' },
      to: { path: '^daemon/platform/([^/]+)/', pathNot: '^daemon/platform/$1/' },
    },
    only('daemon', [], 'The privileged process carries nothing of the others.'),
    only('fetch', [], 'The fetcher holds no secrets and knows no one who does.'),
    only('gateway', [], 'The gateway runs elsewhere; it meets the client only in the contract.'),
    only('client', [], 'What app and command line share knows neither.'),
    only('cli', ['client'], 'The command line draws on the client, never on the daemon’s inside.'),
    only('main', ['client'], 'The app draws on the client, never on the daemon’s inside.'),
    only('renderer', [], 'The renderer draws and asks.'),
    only('verifier', [], 'Whoever checks a report needs nothing of those who made it.'),
    {
      name: 'issuer-is-a-stranger-to-the-gateway',
      comment: 'The process with the signing keys parses nothing but its own requests.',
      severity: 'error',
      from: { path: '^gateway/issuer/' },
      to: { path: '^gateway/(http|case|evidence|console|cli)/' },
    },
    {
      name: 'no-cycles',
      comment: 'A cycle is one module pretending to be two.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'An import nobody can follow is not checked by the rules above.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-development-packages-in-the-product',
      comment: 'What ships is listed under dependencies.',
      severity: 'error',
      from: { path: '^(shared|client|cli|daemon|fetch|gateway|main|renderer|verifier)/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|node_modules)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.cjs', '.mjs', '.json', '.d.ts'],
    },
  },
};
