import { readFileSync } from 'node:fs';
import process from 'node:process';
import Fastify from 'fastify';
import { submitCase } from '#gateway/case/submit.ts';
import { builtInShelf } from '#gateway/profile/profile-shelf.ts';
import { openDatabase } from '#gateway/storage/database.ts';
import { inTransaction } from '#gateway/storage/transaction.ts';
import { submissionSchema } from '#shared/contract/gateway-contract.ts';

/**
 * What the gateway is measured against, in a process of its own: the same submission with the same durable insert and
 * nobody asked who sends it; and a bare route that gives the same list.
 */
interface PlainOrder {
  readonly port: number;
  /** What `openDatabase` takes. */
  readonly database: string;
  /** The list's text. */
  readonly listFile: string;
}

const { port, database: where, listFile } = JSON.parse(process.argv[2] ?? '') as PlainOrder;
const list = readFileSync(listFile, 'utf8');
const database = await openDatabase(where);
const profiles = builtInShelf();
const server = Fastify();

server.post('/v1/registration', async (request, reply) => {
  const submission = submissionSchema.parse(request.body);
  const now = Math.floor(Date.now() / 1000);
  const view = await inTransaction(database, (connection) =>
    submitCase(connection, { profiles, submission, device: submission.device.x, now }),
  );
  return reply.type('application/json').send(JSON.stringify(view));
});
server.get('/v1/status-list/1', async (_request, reply) => reply.type('application/jwt').send(list));

await server.listen({ host: '127.0.0.1', port });
console.log('listening');
