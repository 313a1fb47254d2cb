import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dossierError } from '#shared/dossier/dossier-problem.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface Program {
  readonly name: string;
  readonly words: readonly string[];
}

/** By what the session is; the text goes in over a pipe, never as a word that others see. */
function programsFor(environment: Environment): readonly Program[] {
  const wayland = { name: 'wl-copy', words: ['--type', 'text/plain;charset=utf-8'] };
  const x11 = { name: 'xclip', words: ['-selection', 'clipboard', '-in'] };
  return [
    ...((environment['WAYLAND_DISPLAY'] ?? '') === '' ? [] : [wayland]),
    ...((environment['DISPLAY'] ?? '') === '' ? [] : [x11]),
  ];
}

/** Puts a text into the clipboard of the desktop. Throws `clipboard_missing`. An empty one empties it. */
export async function copyToClipboard(text: string, environment: Environment): Promise<void> {
  for (const program of programsFor(environment)) {
    if (await feed(program, { text, environment })) return;
  }
  throw dossierError('clipboard_missing');
}

async function feed(
  { name, words }: Program,
  { text, environment }: { readonly text: string; readonly environment: Environment },
): Promise<boolean> {
  // It stays in the background to serve what was copied: nothing of it is waited for but its taking the text.
  const child = spawn(name, [...words], { env: { ...environment }, stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.on('error', () => undefined);
  try {
    await once(child, 'spawn');
    child.stdin.end(text);
    await once(child, 'exit');
    return child.exitCode === 0;
  } catch {
    return false;
  }
}
