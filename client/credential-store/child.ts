import process from 'node:process';
import type { CredentialReply, CredentialRequest } from './child-message.ts';
import { answer } from './keychain.ts';

/**
 * The process that talks to the keychain: its calls cannot be given up, but a process can be ended. Requests
 * come one at a time over the pipe to the parent.
 */
process.on('message', (request: CredentialRequest) => {
  // On its way before the call: that one blocks this thread for as long as the service says nothing.
  send({ kind: 'heard' }, () => {
    void answer(request, { reached: () => send({ kind: 'reached' }) }).then((reply) => send(reply));
  });
});

// SIGKILL, not exit(): that would wait for a call that waits for a person.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

function send(reply: CredentialReply, sent: () => void = ignore): void {
  process.send?.(reply, sent);
}

function ignore(): void {}
