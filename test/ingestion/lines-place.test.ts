import { describe, expect, it } from '@jest/globals';
import { sealedCursors } from '../../src/http/sealed-cursors.ts';
import {
  AT_THE_BEGINNING,
  type LinesPlace,
  placeAsCursor,
  placeFromCursor,
  takeLines,
} from '../../src/ingestion/lines-place.ts';
import type { SpooledBatch } from '../../src/spool/spool.ts';

const NOW = 1_800_000_000_000;
const cursors = sealedCursors(Buffer.alloc(32, 7));
const batchOf = (writer: number, at: number): SpooledBatch => ({
  ...{ writer: `${'a1b2c3d4e5f6g'}${writer.toString(36)}`, number: 123_456_789, at, lines: [`{"text":"${writer}"}`] },
});

/** Reads all, as a client does: with the place from the answer before, sealed and opened. */
function readAll(batches: readonly SpooledBatch[], limit: number): { lines: string[]; place: LinesPlace } {
  const lines: string[] = [];
  let place = AT_THE_BEGINNING;
  for (;;) {
    const left = batches.filter(
      ({ writer, number, at }) => at >= place.since && number > (place.writers[writer]?.number ?? -1),
    );
    if (left.length === 0) return { lines, place };
    const taken = takeLines(
      { batches: left.slice(0, limit), hasMore: left.length > limit },
      { place, limit, now: NOW },
    );
    lines.push(...taken.lines);
    place = placeFromCursor(cursors.open(cursors.seal(placeAsCursor(taken.place), 'lines'), 'lines'));
  }
}

describe('the place in the lines of an instance', () => {
  /** A service that is started again and again, as one that runs out of memory is: each start writes under another name. */
  it('when 240 processes wrote within eight minutes, then all is read once, and each place can be sent back', () => {
    const batches = Array.from({ length: 240 }, (_, writer) => batchOf(writer, NOW - 480_000 + writer * 1_990));

    const { lines } = readAll(batches, 7);

    expect(lines).toEqual(batches.flatMap((batch) => batch.lines));
  });

  it('when few wrote, then who wrote ten minutes ago is not forgotten before', () => {
    const { place } = readAll([batchOf(1, NOW - 590_000), batchOf(2, NOW - 1_000)], 7);

    expect(Object.keys(place.writers)).toHaveLength(2);
  });
});
