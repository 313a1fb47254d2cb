import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '#gateway/http/openapi.ts';
import { gatewayRoutes } from '#shared/contract/gateway-contract.ts';

const document = openApiDocument('https://gateway.example');

describe('the interface’s description', () => {
  it('is OpenAPI 3.1 by the specification’s own schema', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    expect(document['openapi']).toBe('3.1.0');
  });

  it('in docs/openapi.json is the present one (else: node script/lib/write-openapi.ts)', () => {
    const written = readFileSync(join(import.meta.dirname, '../../../docs/openapi.json'), 'utf8');
    expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it('has every route of the contract, and who signs it', () => {
    const paths = document['paths'] as Record<
      string,
      Record<string, { operationId: string; security: object[] }>
    >;
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
    const signers = Object.fromEntries(
      operations.map(({ operationId, security }) => [
        operationId,
        Object.keys(security[0] ?? { nobody: [] })[0],
      ]),
    );
    const rows = Object.entries(gatewayRoutes).map(([name, { signedBy }]) => [name, signedBy]);
    expect(signers).toEqual(Object.fromEntries(rows));
  });
});
