import { spawn } from 'node:child_process';
import { nftOptions } from './nft-process.ts';

const TIMEOUT_MILLISECONDS = 10_000;

/** Runs a script as one transaction in a process of its own. Rejects with what nft said when it did not work. */
export function runNftOnce(nft: string, script: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(nft, ['-f', '-'], {
      ...nftOptions,
      timeout: TIMEOUT_MILLISECONDS,
      killSignal: 'SIGKILL',
    });
    let said = '';
    child.stdout.resume();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    // It may end before it has read everything; its exit code tells.
    child.stdin.on('error', (error) => {
      said += `${error.message}\n`;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(said || `nft ended with ${code}`)),
    );
    child.stdin.end(script);
  });
}
