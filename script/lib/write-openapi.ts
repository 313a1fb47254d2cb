import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { openApiDocument } from '#gateway/http/openapi.ts';

/** docs/openapi.json anew, after a change of the gateway's contract. */
const file = 'docs/openapi.json';
const options = { ...(await resolveConfig(file)), filepath: file };
writeFileSync(file, await format(JSON.stringify(openApiDocument('https://gateway.example')), options));
