import { open } from 'node:fs/promises';

/**
 * Writes a new file that its owner alone may read; its content is on the disk when this returns, and its name once the
 * folder is synced.
 * @throws Error (EEXIST) the name is taken
 */
export async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes names that were added, changed or taken away in a folder survive a loss of power. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
