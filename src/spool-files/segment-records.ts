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

/** @returns batches as records, one after the other */
export function recordsOf(batches: readonly BatchText[], at: number): Buffer {
  const records = Buffer.allocUnsafe(batches.reduce((sum, { text }) => sum + HEADER_BYTES + text.length, 0));
  let start = 0;
  for (const { text } of batches) {
    const bytes = text.length;
    const textStart = start + HEADER_BYTES;
    records.writeUInt32BE(MARK, start);
    records.writeUInt32BE(bytes, start + 4);
    records.writeDoubleBE(at, start + 8);
    text.copy(records, textStart);
    records.writeUInt32BE(checkSum(records, start, bytes), start + CHECKED_BYTES);
    start = textStart + bytes;
  }
  return records;
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
