import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Replaces a file: after a power cut either the old content is there or the new one, whole. The directory is
 * synced too, because the rename is its content.
 */
export async function writeFileAtomically(file: string, content: string): Promise<void> {
  const temporary = `${file}.new`;
  // O_EXCL is not asked for: what an interrupted write left is overwritten. The directory is ours alone.
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(content, 'utf8');
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  await syncDirectory(dirname(file));
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
