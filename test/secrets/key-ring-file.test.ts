import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MASTER_KEY_RING, PEPPER_RING } from '../../src/secrets/key-ring.ts';
import { keyRingFromFile } from '../../src/secrets/key-ring-file.ts';

describe('keyRingFromFile', () => {
  let parent: string;
  let folder: string;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'latchkey-ring-'));
    folder = join(parent, 'data');
  });
  afterEach(() => rm(parent, { recursive: true }));

  describe('given no data folder', () => {
    it('when the ring is asked for, then folder and file are made for the owner alone, and read again the same', async () => {
      const made = await keyRingFromFile({ folder, kind: MASTER_KEY_RING, mayCreate: true });

      const again = await keyRingFromFile({ folder, kind: MASTER_KEY_RING, mayCreate: false });

      expect((await stat(folder)).mode & 0o777).toBe(0o700);
      expect((await stat(join(folder, 'master-key'))).mode & 0o777).toBe(0o600);
      expect(await readdir(folder)).toEqual(['master-key']);
      expect(again.current.id).toBe(made.current.id);
      expect(again.current.bytes.equals(made.current.bytes)).toBe(true);
      expect(made.current.bytes).toHaveLength(32);
    });

    it('when 20 starters ask at once, then all of them have one ring', async () => {
      const rings = await Promise.all(
        Array.from({ length: 20 }, () => keyRingFromFile({ folder, kind: PEPPER_RING, mayCreate: true })),
      );

      expect(new Set(rings.map(({ current }) => current.bytes.toString('hex'))).size).toBe(1);
      expect(await readdir(folder)).toEqual(['pepper']);
    });

    it('when the ring may not be made, because a store needs the old one, then it is refused and nothing is made', async () => {
      await keyRingFromFile({ folder, kind: PEPPER_RING, mayCreate: true });

      await expect(keyRingFromFile({ folder, kind: MASTER_KEY_RING, mayCreate: false })).rejects.toThrow(/missing/);

      expect(await readdir(folder)).toEqual(['pepper']);
    });
  });

  describe('given a ring file', () => {
    beforeEach(async () => {
      await keyRingFromFile({ folder, kind: PEPPER_RING, mayCreate: true });
    });

    it('when an operator puts a new value before it, then the old one is retired under its id', async () => {
      const file = join(folder, 'pepper');
      const old = await readFile(file, 'utf8');
      await writeFile(file, `new:${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')},\n${old}`);

      const ring = await keyRingFromFile({ folder, kind: PEPPER_RING, mayCreate: false });

      expect(ring.current.id).toBe('new');
      expect(ring.retired.map(({ id }) => `${id}:`)).toEqual([old.slice(0, old.indexOf(':') + 1)]);
    });

    it('when other users of the machine may read it, then it is refused', async () => {
      await chmod(join(folder, 'pepper'), 0o640);

      await expect(keyRingFromFile({ folder, kind: PEPPER_RING, mayCreate: true })).rejects.toThrow(/chmod 600/);
    });
  });
});
