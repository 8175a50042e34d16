import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Spool } from '../../src/spool/spool.ts';
import { openFileSpool } from '../../src/spool-files/open-file-spool.ts';
import { type MovingClock, movingClock } from '../harness/moving-clock.ts';

const MIB = 1024 * 1024;

describe('the files of the spool', () => {
  let folder: string;
  let clock: MovingClock;
  let opened: Spool[];
  let instance: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-spool-'));
    clock = movingClock();
    opened = [];
    instance = randomUUID();
  });
  afterEach(async () => {
    for (const spool of opened) await spool.close();
    await rm(folder, { recursive: true, force: true });
  });
  const open = async (bytes = 64 * MIB): Promise<Spool> => {
    const spool = await openFileSpool({ folder, clock, bounds: { bytes } });
    opened.push(spool);
    return spool;
  };
  const files = async (): Promise<readonly string[]> => {
    const own = join(folder, instance);
    return (await readdir(own)).map((name) => join(own, name));
  };
  const onlyFile = async (): Promise<string> => {
    const [path, ...others] = await files();
    if (path === undefined || others.length > 0) throw new Error('there is not one segment');
    return path;
  };
  const linesOf = async (spool: Spool): Promise<readonly string[]> =>
    (await spool.read(instance, { lines: 1_000 })).batches.flatMap(({ lines }) => lines);
  /** What a process leaves that was killed: its files, and nobody who goes on with them. */
  const killed = async (lines: readonly string[]): Promise<string> => {
    const spool = await open();
    for (const line of lines) await spool.append(instance, [line]);
    await spool.close();
    return onlyFile();
  };

  it.each([1, 19, 20, 27])(
    'given a last batch of which %i bytes are missing, when it is read, then all before it is there, and it is not',
    async (missing) => {
      const path = await killed(['{"n":1}', '{"n":2}', '{"n":3}']);
      const { length } = await readFile(path);
      await truncate(path, length - missing);

      expect(await linesOf(await open())).toEqual(['{"n":1}', '{"n":2}']);
    },
  );

  it.each([
    ['rubbish', Buffer.from('rubbish that no writer has written, and of some length')],
    ['zeros, as some file systems leave them', Buffer.alloc(4_096)],
    ['a length of 4 GB', Buffer.concat([Buffer.from('4c4b5331ffffffff', 'hex'), Buffer.alloc(100)])],
  ])('given %s at the end, when it is read, then all before it is there', async (_, rubbish) => {
    const path = await killed(['{"n":1}']);
    await appendFile(path, rubbish);
    const spool = await open();

    const { position } = await spool.read(instance, { lines: 10 });
    await spool.append(instance, ['{"n":2}']);

    expect(await linesOf(spool)).toEqual(['{"n":1}', '{"n":2}']);
    const { batches } = await spool.read(instance, { after: position, lines: 10 });
    expect(batches.flatMap(({ lines }) => lines)).toEqual(['{"n":2}']);
  });

  it('given a byte that has changed in a batch, when it is read, then that batch is not taken for lines', async () => {
    const path = await killed(['{"n":1}', '{"n":2}']);
    const bytes = await readFile(path);
    bytes[bytes.length - 2] = 0x39;
    await writeFile(path, bytes);

    expect(await linesOf(await open())).toEqual(['{"n":1}']);
  });

  it('given a torn segment of a killed process, when all of it is handed over and old, then it is removed', async () => {
    const path = await killed(['{"n":1}']);
    await appendFile(path, 'torn');
    // Nobody has written to it for two minutes.
    const idle = Date.now() / 1_000 - 120;
    await utimes(path, idle, idle);
    const spool = await open();
    const { position: handedOver } = await spool.read(instance, { lines: 10 });
    clock.pass(10_000);

    await spool.trim(instance, { before: clock.now(), bytes: MIB, handedOver: {} });
    const kept = await linesOf(spool);
    await spool.trim(instance, { before: clock.now(), bytes: MIB, handedOver });

    expect(kept).toEqual(['{"n":1}']);
    expect(await spool.instances()).toEqual([]);
  });

  /** A process that stood still for minutes, and goes on: what it acknowledges must not be in a file that is gone. */
  it('given a segment that another process has taken from its writer, when that writes on, then nothing is lost or there twice', async () => {
    const spool = await open();
    await spool.append(instance, ['{"n":1}']);
    const path = await onlyFile();

    await rename(path, path.replace(/\.lines$/, '.ended'));
    await spool.append(instance, ['{"n":2}']);
    await rm(path.replace(/\.lines$/, '.ended'));
    await spool.append(instance, ['{"n":3}']);

    const all = await linesOf(spool);
    expect(all).toEqual(['{"n":2}', '{"n":3}']);
  });

  it('given a segment that was ended while it was written to, when all is read, then the batch in both is there once', async () => {
    const spool = await open();
    await spool.append(instance, ['{"n":1}']);
    const path = await onlyFile();
    // The write is in the file that is taken, and its writer learns of that only afterwards.
    await rename(path, path.replace(/\.lines$/, '.ended'));
    await spool.append(instance, ['{"n":2}']);
    await spool.append(instance, ['{"n":3}']);

    expect(await linesOf(await open())).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
    const seen: string[] = [];
    for (let after = {}, more = true; more; ) {
      const page = await spool.read(instance, { after, lines: 1 });
      after = page.position;
      more = page.batches.length > 0;
      seen.push(...page.batches.flatMap(({ lines }) => lines));
    }
    expect(seen).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
  });

  it('given lines of many megabytes, when they are written, then segments stay small and the oldest make room', async () => {
    const spool = await open(MIB);
    for (let n = 0; n < 40; n++) await spool.append(instance, [`{"n":${n},"text":"${'x'.repeat(50_000)}"}`]);

    const paths = await files();
    const { bytes } = await spool.usage(instance);

    expect(paths.length).toBeGreaterThan(5);
    expect(paths.length).toBeLessThan(20);
    expect(bytes).toBeLessThan(1.2 * MIB);
  });

  it('given hundreds of instances, when all are written to, then all are read, though few files stay open', async () => {
    const spool = await open();
    const instances = Array.from({ length: 150 }, () => randomUUID());
    for (const n of [1, 2]) await Promise.all(instances.map((id) => spool.append(id, [`{"n":${n}}`])));

    const openFiles = await readdir('/proc/self/fd');
    expect(openFiles.length).toBeLessThan(130);
    for (const id of instances) {
      const { batches } = await spool.read(id, { lines: 10 });
      expect(batches.flatMap(({ lines }) => lines)).toEqual(['{"n":1}', '{"n":2}']);
    }
  });

  it('given a segment that was too old for a reader, when it is written to again, then the same question finds what is new', async () => {
    const spool = await open();
    for (const n of [1, 2]) await spool.append(instance, [`{"n":${n}}`]);
    clock.pass(10_000);
    const from = clock.now();
    const asked = async () => (await spool.read(instance, { from, lines: 10 })).batches.flatMap(({ lines }) => lines);

    const before = [await asked(), await asked()];
    await spool.append(instance, ['{"n":3}']);

    expect(before).toEqual([[], []]);
    expect([await asked(), await asked()]).toEqual([['{"n":3}'], ['{"n":3}']]);
    expect(await linesOf(spool)).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
  });

  /** The id comes from a path: what leads out of the folder must not. */
  it.each(['../elsewhere', 'a/b', '', '.'])('when the instance is %j, then it is refused', async (id) => {
    const spool = await open();

    await expect(spool.append(id, ['{}'])).rejects.toThrow();
    await expect(spool.read(id, { lines: 1 })).rejects.toThrow(TypeError);
  });
});
