import { crc32 } from 'node:zlib';
import type { BatchText } from '../spool/group-commit.ts';

/** A batch as it stands in a segment. */
export interface SegmentRecord {
  readonly at: number;
  readonly text: string;
  /** Where it ends in the bytes that were given. */
  readonly end: number;
}

/** Before each record: what it is, how long its text is, when it was taken in, and a check sum of these and of the text. */
export const HEADER_BYTES = 20;
const MARK = 0x4c4b5331;
const CHECKED_BYTES = 16;
/** A line may be long, but nothing is as long as this: what says so is torn. */
const LARGEST_TEXT_BYTES = 64 * 1024 * 1024;

/** Records, one after the other, in pieces that are written as they are. */
export interface SegmentRecords {
  readonly pieces: readonly Buffer[];
  readonly bytes: number;
}

/** @returns batches as records */
export function recordsOf(batches: readonly BatchText[], at: number): SegmentRecords {
  const records: Buffer[] = [];
  let all = 0;
  for (const { pieces, bytes } of batches) {
    const header = Buffer.allocUnsafe(HEADER_BYTES);
    header.writeUInt32BE(MARK, 0);
    header.writeUInt32BE(bytes, 4);
    header.writeDoubleBE(at, 8);
    const ofHeader = crc32(header.subarray(0, CHECKED_BYTES));
    header.writeUInt32BE(
      pieces.reduce((sum, piece) => crc32(piece, sum), ofHeader),
      CHECKED_BYTES,
    );
    records.push(header, ...pieces);
    all += HEADER_BYTES + bytes;
  }
  return { pieces: records, bytes: all };
}

/**
 * @returns the record that begins at `start`; how many bytes it needs, when there are fewer; `torn` when there is none: a
 * write did not come to its end, or the disk has lost it
 */
export function recordAt(bytes: Buffer, start: number): SegmentRecord | { readonly needs: number } | 'torn' {
  const there = bytes.length - start;
  if (there < HEADER_BYTES) return { needs: HEADER_BYTES };
  if (bytes.readUInt32BE(start) !== MARK) return 'torn';
  const textBytes = bytes.readUInt32BE(start + 4);
  if (textBytes > LARGEST_TEXT_BYTES) return 'torn';
  const needs = HEADER_BYTES + textBytes;
  if (there < needs) return { needs };
  if (bytes.readUInt32BE(start + CHECKED_BYTES) !== checkSum(bytes, start, textBytes)) return 'torn';
  const end = start + needs;
  return { at: bytes.readDoubleBE(start + 8), text: bytes.toString('utf8', start + HEADER_BYTES, end), end };
}

function checkSum(bytes: Buffer, start: number, textBytes: number): number {
  const ofHeader = crc32(bytes.subarray(start, start + CHECKED_BYTES));
  return crc32(bytes.subarray(start + HEADER_BYTES, start + HEADER_BYTES + textBytes), ofHeader);
}
