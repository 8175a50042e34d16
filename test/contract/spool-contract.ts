import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SpoolFull } from '../../src/problems/request-problems.ts';
import type { Spool, SpoolBounds, SpoolPosition } from '../../src/spool/spool.ts';
import { type MovingClock, movingClock } from '../harness/moving-clock.ts';
import { eventually } from './eventually.ts';

/** A fresh spool, and what a test may do to it beside using it. */
export interface SpoolUnderTest {
  /** What one more process sees: the same lasting state, nothing shared in memory. */
  open(bounds: SpoolBounds, clock: MovingClock): Promise<Spool>;
  /** Removes the lasting state; what was opened is closed by then. */
  dispose(): Promise<void>;
}

const MIB = 1024 * 1024;
const AMPLE: SpoolBounds = { bytes: 256 * MIB };

/** Every back-end must pass this. */
export function describeSpoolContract(name: string, begin: () => Promise<SpoolUnderTest>): void {
  describe(`spool contract: ${name}`, () => {
    let subject: SpoolUnderTest;
    let clock: MovingClock;
    let opened: Spool[];
    let instance: string;
    beforeEach(async () => {
      subject = await begin();
      clock = movingClock();
      opened = [];
      instance = randomUUID();
    });
    afterEach(async () => {
      for (const spool of opened) await spool.close();
      await subject.dispose();
    });
    const open = async (bounds = AMPLE): Promise<Spool> => {
      const spool = await subject.open(bounds, clock);
      opened.push(spool);
      return spool;
    };

    it('when lines are appended, then another process reads them, in order, with when they came', async () => {
      const [writing, reading] = [await open(), await open()];

      await writing.append(instance, ['{"n":1}', '{"n":"ü"}']);
      clock.pass(10);
      await writing.append(instance, ['{"n":3}']);

      const { batches } = await reading.read(instance, { lines: 100 });
      expect(batches.flatMap(({ lines }) => lines)).toEqual(['{"n":1}', '{"n":"ü"}', '{"n":3}']);
      const [earlier = 0, later = 0] = batches.map(({ at }) => at);
      expect(later - earlier).toBeGreaterThanOrEqual(10);
      expect(clock.now() - later).toBeLessThan(5_000);
      expect(await reading.instances()).toEqual([instance]);
    });

    it('when many write at once and one reads meanwhile, then every line is read, once, and of each writer in order', async () => {
      const writers = [await open(), await open()];
      const reader = await open();
      let isDone = false;

      const writing = Promise.all(
        writers.map(async (writer, index) => {
          for (let round = 0; round < 20; round++) {
            const own = Array.from({ length: 5 }, (_, n) =>
              writer.append(instance, linesOf(`${index}`, round * 5 + n)),
            );
            await Promise.all(own);
          }
        }),
      ).finally(() => {
        isDone = true;
      });
      const seen: string[] = [];
      let after: SpoolPosition = {};
      for (;;) {
        const wasDone = isDone;
        const page = await reader.read(instance, { after, lines: 7 });
        after = page.position;
        seen.push(...page.batches.flatMap(({ lines }) => lines));
        if (wasDone && page.batches.length === 0) break;
      }

      await writing;
      for (const index of writers.keys()) {
        const own = seen.filter((line) => line.startsWith(`{"w":"${index}"`));
        expect(own).toEqual(Array.from({ length: 100 }, (_, n) => linesOf(`${index}`, n)).flat());
      }
      expect(seen).toHaveLength(2 * 100 * 3);
    });

    it('when lines of many megabytes come at once, then they are read in pages of bounded size', async () => {
      const spool = await open();
      const lines = Array.from({ length: 3_000 }, (_, n) => `{"n":${n},"text":"${'x'.repeat(1_000)}"}`);

      await spool.append(instance, lines);

      const seen: string[] = [];
      let after: SpoolPosition = {};
      for (let hasMore = true; hasMore; ) {
        const page = await spool.read(instance, { after, lines: 10_000, bytes: MIB });
        after = page.position;
        hasMore = page.hasMore;
        expect(page.batches.reduce((sum, { lines: own }) => sum + own.join().length, 0)).toBeLessThan(1.5 * MIB);
        seen.push(...page.batches.flatMap(({ lines: own }) => own));
      }
      expect(seen).toEqual(lines);
    });

    it('when a time range is asked for, then only batches of it are read, and later ones are not passed', async () => {
      const spool = await open();
      const begins: number[] = [];
      for (const n of [0, 1, 2, 3]) {
        clock.pass(1_000);
        begins.push(clock.now());
        await spool.append(instance, [`{"n":${n}}`]);
      }

      const some = await spool.read(instance, { from: begins[1], to: begins[3], lines: 100 });
      const rest = await spool.read(instance, { after: some.position, lines: 100 });

      expect(some.batches.flatMap(({ lines }) => lines)).toEqual(['{"n":1}', '{"n":2}']);
      expect(rest.batches.flatMap(({ lines }) => lines)).toEqual(['{"n":3}']);
    });

    it('given two instances, when one is read or removed, then the other is as it was', async () => {
      const spool = await open();
      const other = randomUUID();
      await spool.append(instance, ['{"n":1}']);
      await spool.append(other, ['{"n":2}']);

      await spool.remove(other);

      expect((await spool.read(instance, { lines: 10 })).batches).toHaveLength(1);
      expect((await spool.read(other, { lines: 10 })).batches).toEqual([]);
      expect(await spool.usage(other)).toEqual({ bytes: 0, oldestAt: undefined });
      await spool.append(other, ['{"n":3}']);
      expect((await spool.read(other, { lines: 10 })).batches.flatMap(({ lines }) => lines)).toEqual(['{"n":3}']);
    });

    it('when old lines are trimmed, then they are gone, younger ones stay, and a reader in the middle goes on', async () => {
      const [first, second] = [await open(), await open()];
      await first.append(instance, ['{"n":1}']);
      const { position: after } = await first.read(instance, { lines: 1 });
      await first.close();
      clock.pass(10_000);
      const before = clock.now();
      await second.append(instance, ['{"n":2}']);

      await second.trim(instance, { before, bytes: MIB });
      // Of a process that may still live; it is not touched until nobody can be writing.
      const all = await second.read(instance, { lines: 10 });

      expect(all.batches.at(-1)?.lines).toEqual(['{"n":2}']);
      const { batches } = await second.read(instance, { after, lines: 10 });
      expect(batches.flatMap(({ lines }) => lines)).toEqual(['{"n":2}']);
    });

    it('given what one process wrote, when it trims all that is old, then nothing is kept, and it goes on', async () => {
      const spool = await open();
      await spool.append(instance, ['{"n":1}']);
      const { position } = await spool.read(instance, { lines: 1 });
      clock.pass(10_000);

      await spool.trim(instance, { before: clock.now(), bytes: MIB });
      const usage = await spool.usage(instance);
      await spool.append(instance, ['{"n":2}']);

      expect(usage).toEqual({ bytes: 0, oldestAt: undefined });
      const { batches } = await spool.read(instance, { after: position, lines: 10 });
      expect(batches.flatMap(({ lines }) => lines)).toEqual(['{"n":2}']);
    });

    it('given a bound and nobody who waits for the lines, when more come, then the oldest go', async () => {
      const spool = await open({ bytes: MIB });
      for (let n = 0; n < 30; n++) await spool.append(instance, [textOf(n, 100_000)]);

      const { bytes } = await spool.usage(instance);
      const { batches } = await spool.read(instance, { lines: 100 });

      expect(bytes).toBeLessThan(1.3 * MIB);
      expect(batches.at(-1)?.lines).toEqual([textOf(29, 100_000)]);
      expect(batches.length).toBeGreaterThan(5);
    });

    it('given a bound and lines that wait to be handed over, when more come, then they are refused until there is room', async () => {
      let handedOver: SpoolPosition = {};
      const spool = await open({ bytes: MIB, handedOver: async () => handedOver });
      const write = async () => {
        for (let n = 0; n < 30; n++) await spool.append(instance, [textOf(n, 100_000)]);
      };

      await expect(write()).rejects.toThrow(SpoolFull);
      const kept = await spool.read(instance, { lines: 100 });
      handedOver = kept.position;
      await eventually(() => spool.append(instance, ['{"n":"more"}']), 5_000);

      expect(kept.batches[0]?.lines).toEqual([textOf(0, 100_000)]);
      const { batches } = await spool.read(instance, { after: handedOver, lines: 100 });
      expect(batches.flatMap(({ lines }) => lines)).toEqual(['{"n":"more"}']);
    });

    it('given lines that were not handed over, when they are trimmed by age and bytes, then they stay', async () => {
      const spool = await open();
      await spool.append(instance, ['{"n":1}']);
      clock.pass(10_000);

      await spool.trim(instance, { before: clock.now(), bytes: 0, handedOver: {} });

      expect((await spool.read(instance, { lines: 10 })).batches).toHaveLength(1);
    });
  });
}

const linesOf = (writer: string, n: number) => [0, 1, 2].map((line) => `{"w":"${writer}","n":${n},"line":${line}}`);
const textOf = (n: number, bytes: number) => `{"n":${n},"text":"${'x'.repeat(bytes)}"}`;
