import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { openApiDocument } from './openapi.ts';

/** Swagger UI's own files, as they come from the package. */
export const viewerFiles = ['swagger-ui-bundle.js', 'swagger-ui.css'] as const;

/** Nothing from elsewhere, nothing inline, no frame, no form. Seen in Chromium: the viewer needs no more. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Sanad gateway: its interface</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

/** Nothing is tried out, since a browser has no key to sign with, and nothing is sent to a validator elsewhere. */
const START = `SwaggerUIBundle({
  url: '/v1/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
  supportedSubmitMethods: [],
});
`;

/** The interface's description for programs at /v1/openapi.json and, where the viewer is there, for people at /docs. */
export function describeInterface(
  server: FastifyInstance,
  options: { readonly origin: string; readonly viewerDirectory: string | undefined },
): void {
  const { origin, viewerDirectory } = options;
  const text = JSON.stringify(openApiDocument(origin));
  const page = (path: string, type: string, body: string | Buffer): void => {
    server.get(path, async (_request, reply) => await guarded(reply).type(type).send(body));
  };
  page('/v1/openapi.json', 'application/json', text);
  if (viewerDirectory === undefined) return;
  page('/docs', 'text/html; charset=utf-8', PAGE);
  page('/docs/start.js', 'text/javascript; charset=utf-8', START);
  for (const name of viewerFiles) {
    const type = name.endsWith('.css') ? 'text/css' : 'text/javascript';
    // Once, at the start: what is served cannot be changed underneath.
    page(`/docs/${name}`, `${type}; charset=utf-8`, readFileSync(join(viewerDirectory, name)));
  }
}

function guarded(reply: FastifyReply): FastifyReply {
  return reply
    .header('content-security-policy', CONTENT_SECURITY_POLICY)
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('cross-origin-opener-policy', 'same-origin')
    .header('cache-control', 'public, max-age=3600');
}
