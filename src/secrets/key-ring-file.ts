import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeDurably } from './durable-files.ts';
import { type KeyRing, KeyRingUnreadable, keyRingFromText, keysOf, nameOfKey, type RingKind } from './key-ring.ts';

/** What `keyRingFromFile` needs. */
export interface KeyRingFileParts {
  /** The data folder; made with mode 0700 when it is not there. */
  readonly folder: string;
  readonly kind: RingKind;
  /**
   * False once the installation has a store: a ring that went missing then is a loss to be mended by hand, and a fresh one
   * would silently turn every key away.
   */
  readonly mayCreate: boolean;
}

/**
 * Reads a ring from its file in the data folder (the embedded way to run), and makes it on the first start: mode 0600,
 * complete and durable before it has its name, so that of any number of starters all read the same ring.
 * @throws KeyRingUnreadable  the text is wrong, others may read the file, or it is missing and may not be made
 */
export async function keyRingFromFile({ folder, kind, mayCreate }: KeyRingFileParts): Promise<KeyRing> {
  const file = join(folder, kind.name);
  const found = await textOf(file, kind);
  if (found !== undefined) return keyRingFromText(kind, found);
  if (!mayCreate) {
    throw new KeyRingUnreadable(kind, `${file} is missing, but the store needs it; restore it from a backup`);
  }
  await makeRingFile(folder, file, kind);
  const made = await textOf(file, kind);
  if (made === undefined) throw new KeyRingUnreadable(kind, `${file} vanished while it was made`);
  return keyRingFromText(kind, made);
}

async function textOf(file: string, kind: RingKind): Promise<string | undefined> {
  const handle = await open(file, 'r').catch(unlessMissing);
  if (handle === undefined) return undefined;
  try {
    const { mode } = await handle.stat();
    // Other users of the machine: what they may read is no secret any more.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new KeyRingUnreadable(kind, `${file} may be read by other users; chmod 600 it`);
    }
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

async function makeRingFile(folder: string, file: string, kind: RingKind): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unfinished = `${file}.${randomBytes(8).toString('hex')}.new`;
  try {
    await writeDurably(unfinished, newRingText(kind));
    // `link` refuses a name that is taken, and what it names is complete: a second starter never reads half a ring and
    // never replaces the first one's.
    await link(unfinished, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await unlink(unfinished).catch(unlessMissing);
  }
  await syncFolder(folder);
}

function newRingText({ leastBytes }: RingKind): string {
  const bytes = randomBytes(leastBytes);
  return `${nameOfKey(bytes)}:${bytes.toString('base64')}\n`;
}

/**
 * Puts a new key first in the ring's file; the one that was first is retired and still understood.
 * Processes that run go on with the old ring until they are started again.
 */
export async function beginNewRingKey(folder: string, kind: RingKind): Promise<KeyRing> {
  const old = await existingRingText(folder, kind);
  return replaceRingFile(folder, kind, `${newRingText(kind).trim()},${old}`);
}

/**
 * Takes retired keys out of the ring's file.
 * @param checked the ring that nothing needs any more but for its current key
 * @throws KeyRingUnreadable  the file holds another ring by now; nobody has looked whether that one's keys are needed
 */
export async function endRetiredRingKeys(folder: string, kind: RingKind, checked: KeyRing): Promise<KeyRing> {
  if ((await existingRingText(folder, kind)) !== ringText(checked)) {
    throw new KeyRingUnreadable(kind, `${join(folder, kind.name)} was changed meanwhile; run this again`);
  }
  return replaceRingFile(folder, kind, ringText({ current: checked.current, retired: [] }));
}

/** Writes the whole ring to its file again. */
export async function putRingBack(folder: string, kind: RingKind, ring: KeyRing): Promise<void> {
  await replaceRingFile(folder, kind, ringText(ring));
}

async function existingRingText(folder: string, kind: RingKind): Promise<string> {
  const text = await textOf(join(folder, kind.name), kind);
  if (text === undefined) throw new KeyRingUnreadable(kind, `${join(folder, kind.name)} is missing`);
  return ringText(keyRingFromText(kind, text));
}

/** Written with their ids: a bare value would get another one beside others. */
const ringText = (ring: KeyRing): string =>
  keysOf(ring)
    .map(({ id, bytes }) => `${id}:${bytes.toString('base64')}`)
    .join(',');

async function replaceRingFile(folder: string, kind: RingKind, text: string): Promise<KeyRing> {
  const file = join(folder, kind.name);
  const unfinished = `${file}.${randomBytes(8).toString('hex')}.new`;
  await writeDurably(unfinished, `${text}\n`);
  await rename(unfinished, file);
  await syncFolder(folder);
  return keyRingFromText(kind, text);
}
