import * as z from 'zod';
import { isPublished } from './published.ts';
import {
  gatewayRoutes,
  PART_CONTENT_TYPE,
  problemDocumentSchema,
  type GatewayRoute,
} from '#shared/contract/gateway-contract.ts';
import { documentContentTypes } from '#shared/contract/registration-contract.ts';
import { CONTENT_TYPE, JWS_CONTENT_TYPE, PROBLEM_CONTENT_TYPE } from '#shared/contract/request-signature.ts';

/** What people read beside each route. A new row in the contract does not compile without. */
const summaries: Readonly<Record<GatewayRoute, string>> = {
  health: 'Whether the gateway answers, and its time',
  anchor: 'The trust anchor, to be compared by its fingerprint before it is trusted',
  keySet: 'The keys that count, signed by a root key',
  statusList: 'The status of every certificate (Token Status List)',
  checkpoint: 'The newest signed checkpoint over all histories',
  profileList: 'The authority profiles that can be fetched here',
  profile: 'An authority profile, signed; the newest of its name where no version is named',
  publicAddress: 'The address from which the gateway sees the request come',
  submit: 'Submit a registration',
  follow: 'One’s own registration',
  certificate: 'A certificate for the signing device, with status list and key set',
  registrationEvents: 'What happens to one’s own registration, as it happens',
  answer: 'Answer what a reviewer asked',
  withdraw: 'Withdraw a registration',
  amend: 'Submit a registration that takes the place of an attested one',
  documentAdd: 'Add a document',
  uploadBegin: 'Begin to send a document in parts, or ask how much of it is there',
  uploadPart: 'Send a part of a document',
  uploadComplete: 'Make a document of its parts',
  documentRemove: 'Remove a document',
  caseList: 'Every case',
  caseEvents: 'What happens to any case, as it happens',
  caseShow: 'One case in full',
  caseDocument: 'A document of a case',
  caseDecide: 'Note a signed statement about a case',
};

type Row = (typeof gatewayRoutes)[GatewayRoute];
type JsonSchema = Readonly<Record<string, unknown>>;

/** The contract as an OpenAPI 3.1 document. */
export function openApiDocument(origin: string): JsonSchema {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const name of Object.keys(gatewayRoutes)) {
    if (!isRoute(name)) continue;
    const row = gatewayRoutes[name];
    const path = row.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [row.method.toLowerCase()]: operation(name, row) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sanad gateway',
      version: '1',
      description:
        'Errors are RFC 9457 problems. Signed requests carry an RFC 9421 signature by a device’s or a reviewer’s key; ' +
        'docs/protocol.md says how it is made.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: origin }],
    paths,
    components: {
      schemas: { Problem: schemaOf(problemDocumentSchema, 'output') },
      securitySchemes: {
        device: signature('A device key of the registration; to submit, the one in the body.'),
        reviewer: signature('A reviewer’s key.'),
      },
    },
  };
}

function operation(name: GatewayRoute, row: Row): JsonSchema {
  const parameters = [...pathParameters(row.path), ...signedHeaders(row)];
  return {
    operationId: name,
    summary: summaries[name],
    tags: [row.signedBy === 'nobody' ? 'public' : row.signedBy],
    security: row.signedBy === 'nobody' ? [] : [{ [row.signedBy]: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(row.body === null ? {} : { requestBody: { required: true, content: bodyContent(row.body) } }),
    responses: {
      '200': { description: 'Done', content: answerContent(row.answer) },
      ...(isPublished(name) ? { '304': { description: 'As the ETag in If-None-Match has it' } } : {}),
      default: {
        description: 'A problem, with a stable code and one next action',
        content: { [PROBLEM_CONTENT_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function pathParameters(path: string): readonly JsonSchema[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    ...{ name, in: 'path', required: true },
    schema: parameterSchemas[name] ?? { type: 'string', format: 'uuid' },
  }));
}

const parameterSchemas: Readonly<Record<string, JsonSchema>> = {
  kind: { type: 'string' },
  profile: { type: 'string' },
  offset: { type: 'integer', minimum: 0 },
};

function signedHeaders({ signedBy, body }: Row): readonly JsonSchema[] {
  if (signedBy === 'nobody') return [];
  const names = ['Signature-Input', ...(body === null ? [] : ['Content-Digest', 'Idempotency-Key'])];
  return names.map((name) => ({ name, in: 'header', required: true, schema: { type: 'string' } }));
}

function signature(description: string): JsonSchema {
  return { type: 'apiKey', in: 'header', name: 'Signature', description };
}

function bodyContent(body: Exclude<Row['body'], null>): JsonSchema {
  if (body === 'part') return { [PART_CONTENT_TYPE]: binary };
  return body === 'document' ? documentContent() : { [CONTENT_TYPE]: { schema: schemaOf(body, 'input') } };
}

function answerContent(answer: Row['answer']): JsonSchema {
  if (answer === null) return { [JWS_CONTENT_TYPE]: { schema: { type: 'string' } } };
  if (answer === 'document') return documentContent();
  if (answer === 'events') return { 'text/event-stream': { schema: { type: 'string' } } };
  return { [CONTENT_TYPE]: { schema: schemaOf(answer, 'output') } };
}

const binary: JsonSchema = { schema: { type: 'string', contentEncoding: 'binary' } };

function documentContent(): JsonSchema {
  return Object.fromEntries(documentContentTypes.map((type) => [type, binary]));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  return rest;
}

function isRoute(name: string): name is GatewayRoute {
  return Object.hasOwn(gatewayRoutes, name);
}
