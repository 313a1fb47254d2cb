import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { daemonMethods } from '#shared/contract/daemon-contract.ts';
import { fetchMethods } from '#shared/contract/fetch-contract.ts';
import { toConfigurationMessage } from '#shared/wireguard/configuration-conversion.ts';
import { ServiceScene, type RawClient } from '#test/daemon/service/service-scene.ts';

/**
 * CVE-2025-50505, CVE-2024-27903: a service that runs or writes the path that a caller names. Every text that a
 * request can carry stands here, with why it names no file. A new one fails until somebody has thought about it.
 */
const texts: Readonly<Record<string, string>> = {
  'connect.tunnel': 'a label, kept and shown; has no "/"',
  'connect.configuration.privateKey': '44 characters of canonical base64',
  'connect.configuration.addresses.*': 'an IP network',
  'connect.configuration.dns.servers.*': 'an IP address',
  'connect.configuration.dns.searchDomains.*': 'a host name of A-labels',
  'connect.configuration.peers.*.publicKey': '44 characters of canonical base64',
  'connect.configuration.peers.*.presharedKey': '44 characters of canonical base64',
  'connect.configuration.peers.*.endpoint.host': 'an IP address or a host name of A-labels',
  'connect.configuration.peers.*.allowedIps.*': 'an IP network',
  'connect.certificate': 'a compact JWS',
  'connect.deviceProof': 'a compact JWS',
  'replaceRegistration.certificate': 'a compact JWS',
  'replaceRegistration.deviceProof': 'a compact JWS',
  'checkRegistration.endpoints.*.publicKey': 'compared, never used',
  'checkRegistration.endpoints.*.host': 'compared, never used',
  'checkRegistration.certificate': 'a compact JWS',
  'deliver.keySet': 'a compact JWS',
  'deliver.statusList': 'a compact JWS',
  'fetch:get.uri': 'a URL; the fetcher asks origins of anchors over http(s) only',
  'fetch:resolve.host': 'a host name, asked of the resolver',
  'fetch:resolve.nameServers.*': 'an IP address',
};

interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly additionalProperties?: unknown;
}

/** The places of all texts in a schema. An object that takes unnamed members would be a place without a name. */
function textsIn(schema: JsonSchema, at: string): readonly string[] {
  if (schema.type === 'string') return [at];
  if (schema.type === 'array') return textsIn(schema.items ?? {}, `${at}.*`);
  if (schema.type === 'integer') return [];
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.flatMap((one) => textsIn(one, at)))];
  expect(schema, at).toMatchObject({ type: 'object', additionalProperties: false });
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => textsIn(inner, `${at}.${name}`));
}

const schemaOf = (parameters: z.ZodType): JsonSchema => z.toJSONSchema(parameters) as JsonSchema;
const daemonTexts = Object.entries(daemonMethods).flatMap(([name, row]) =>
  textsIn(schemaOf(row.parameters), name),
);

test('no field of any request is a path', () => {
  const fetchTexts = Object.entries(fetchMethods).flatMap(([name, row]) =>
    textsIn(schemaOf(row.parameters), `fetch:${name}`),
  );
  expect([...daemonTexts, ...fetchTexts].toSorted()).toEqual(Object.keys(texts).toSorted());
});

describe('a path, a command or a hook in place of', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sanad-audit-'));
  const sentinel = join(directory, 'ran');
  const hostile = [
    sentinel,
    `../../../../..${sentinel}`,
    `file://${sentinel}`,
    `$(touch ${sentinel})`,
    `\`touch ${sentinel}\``,
    `x\nPostUp = touch ${sentinel}`,
    `x\rPostUp = touch ${sentinel}`,
    `x\u2028POSTUP=touch ${sentinel}`,
    `x; touch ${sentinel}`,
    `| touch ${sentinel}`,
    '-f',
    'x\u0000y',
  ];
  let scene: ServiceScene;
  let client: RawClient;

  beforeAll(async () => {
    scene = new ServiceScene();
    scene.trustGateway();
    await scene.start();
    client = await scene.greeted();
    scene.fake.acts.length = 0;
  });
  afterAll(async () => {
    await scene.remove();
    rmSync(directory, { recursive: true });
  });

  const example = (method: string): Record<string, unknown> => {
    const endpoints = [{ publicKey: scene.endpoints[0]?.public_key, host: '203.0.113.2', port: 51_820 }];
    const configuration = toConfigurationMessage(scene.configuration);
    const jws = { certificate: scene.certificate(), deviceProof: 'a.b.c' };
    if (method === 'connect') return { tunnel: 'office', configuration, ...jws };
    if (method === 'replaceRegistration') return jws;
    return method === 'checkRegistration' ? { endpoints } : {};
  };

  test.each(daemonTexts)('%s does nothing', async (place) => {
    const [method = '', ...steps] = place.split('.');
    for (const text of hostile) {
      const parameters = structuredClone(example(method));
      put(parameters, steps, text);
      const { result, problem } = await client.request(method, parameters);
      expect(problem?.kind ?? (result?.['refusal'] as { kind: string } | undefined)?.kind, text).toMatch(
        /^(usage|registration|daemon)$/,
      );
      expect(scene.fake.acts, text).toEqual([]);
      expect(existsSync(sentinel), text).toBe(false);
    }
  });

  test.each(['postUp', 'PostUp', 'POSTUP', 'preDown', 'saveConfig', 'table', '__proto__', 'script', 'path'])(
    'an unknown member %s is refused wherever it stands',
    async (name) => {
      const steps = [[name], ['configuration', name], ['configuration', 'peers', '*', name]];
      for (const place of steps) {
        const parameters = structuredClone(example('connect'));
        put(parameters, place, `touch ${sentinel}`);
        // As text: in an object literal `__proto__` would be something else.
        const line = `{"id":77,"method":"connect","parameters":${JSON.stringify(parameters)}}\n`;
        client.messages.length = 0;
        const { problem } = await client.send(line).next((message) => message.id === 77);
        expect(problem?.code, place.join('.')).toBe('parameters_invalid');
        expect(scene.fake.acts).toEqual([]);
      }
      expect(existsSync(sentinel)).toBe(false);
    },
  );
});

/** Sets the text at a place; `*` is the first of an array. */
function put(object: Record<string, unknown>, [step = '', ...rest]: readonly string[], text: string): void {
  const key = step === '*' ? '0' : step;
  if (rest.length === 0) Object.defineProperty(object, key, { value: text, enumerable: true });
  else {
    const inner = object[key] ?? (rest[0] === '*' ? [] : {});
    Object.defineProperty(object, key, { value: inner, enumerable: true });
    put(inner as Record<string, unknown>, rest, text);
  }
}
