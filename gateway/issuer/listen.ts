import { rmSync } from 'node:fs';
import type { Server } from 'node:net';
import process from 'node:process';

/**
 * Binds a unix socket for owner and group. The umask is set before the bind: changing the mode afterwards would
 * leave a moment in which everybody may connect. A socket left over from a killed process is removed; the
 * database's lock has made sure by now that its process is gone.
 */
export async function listen(server: Server, socketPath: string): Promise<void> {
  rmSync(socketPath, { force: true });
  const before = process.umask(0o117);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(socketPath, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } finally {
    process.umask(before);
  }
}
