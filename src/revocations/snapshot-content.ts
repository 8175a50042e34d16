import { endianness } from 'node:os';
import type { Sequence } from '../store/store.ts';
import { ENTRY_WORDS } from './digest-table.ts';
import type { FilterSlice } from './overflow-filter.ts';
import type { RevokedSubjects } from './revoked-subjects.ts';
import { SnapshotUnusable } from './sealed-chunks.ts';

/** What stands at the beginning of a snapshot. */
export interface SnapshotHead {
  /** Everything committed at or before this place is in it; the rest is told from there. */
  readonly sequence: Sequence;
  readonly madeAt: number;
}

type SliceHead = Pick<FilterSlice, 'seed' | 'size' | 'untilSeconds'> & { readonly words: number };
type FullHead = SnapshotHead & { readonly format: string; readonly slices: readonly SliceHead[] };

// Digests are kept as this machine's words: a node with another order of bytes would hold other ones.
const FORMAT = `1 ${endianness()}`;

const HEAD = 0;
const CUT_OFFS = 1;
const SINGLES = 2;
const SLICE = 3;
const END = 4;

/** Words of a payload at most, whole entries: with what authenticates it, it stays below the limit of the store. */
const PAYLOAD_WORDS = 64_000;
const CUT_OFFS_PER_PAYLOAD = 500;

/**
 * Writes out what is revoked, piece by piece: the place is taken before, and what is learned meanwhile comes again from there.
 * Not compressed: digests cannot be.
 * @returns payloads, each good until the next is asked for
 */
export async function* snapshotContent(head: SnapshotHead, revoked: RevokedSubjects): AsyncGenerator<Uint8Array> {
  const slices = [...revoked.filter.slices()];
  const sliceHeads = slices.map(({ seed, size, untilSeconds, bits }) => ({
    ...{ seed, size, untilSeconds },
    words: bits.length,
  }));
  yield textPayload(HEAD, { format: FORMAT, ...head, slices: sliceHeads } satisfies FullHead);
  const cutOffs = [...revoked.cutOffs];
  for (let start = 0; start < cutOffs.length; start += CUT_OFFS_PER_PAYLOAD) {
    const some = cutOffs.slice(start, start + CUT_OFFS_PER_PAYLOAD);
    yield textPayload(
      CUT_OFFS,
      some.map(([subject, { minimum, expiresAt }]) => [subject, minimum, expiresAt]),
    );
  }
  yield* singlesPayloads(revoked);
  for (const [number, { bits }] of slices.entries()) {
    for (let start = 0; start < bits.length; start += PAYLOAD_WORDS) {
      yield wordsPayload([SLICE, number, start], bits.subarray(start, start + PAYLOAD_WORDS));
    }
  }
  yield wordsPayload([END], new Uint32Array());
}

/** Whole entries together, as many as fit. */
function* singlesPayloads({ singles }: RevokedSubjects): Generator<Uint8Array> {
  const payload = new Uint32Array(1 + PAYLOAD_WORDS);
  payload[0] = SINGLES;
  let end = 1;
  for (let piece = 0; piece < singles.pieces; piece += 1) {
    // A copy: the piece may be swept or enlarged while a payload is taken.
    const entries = singles.entries(piece);
    for (let start = 0; start < entries.length; ) {
      const part = entries.subarray(start, start + payload.length - end);
      payload.set(part, end);
      end += part.length;
      start += part.length;
      if (end < payload.length) continue;
      yield bytesOf(payload, end);
      end = 1;
    }
    // Given back now, as in `digestTable`.
    entries.buffer.transfer(0);
  }
  if (end > 1) yield bytesOf(payload, end);
}

/** @returns the head of a snapshot, from its first payload @throws SnapshotUnusable */
export function headOf(payload: Uint8Array | undefined): SnapshotHead {
  return fullHeadOf(payload);
}

/**
 * Takes a snapshot in. What has come before it fails was revoked as well, so nothing need be undone.
 * @returns its head, when it was whole @throws SnapshotUnusable
 */
export async function takeIn(payloads: AsyncIterable<Uint8Array>, revoked: RevokedSubjects): Promise<SnapshotHead> {
  let head: FullHead | undefined;
  let slices: readonly FilterSlice[] = [];
  for await (const payload of payloads) {
    const [kind, ...rest] = wordsOf(payload, 0).subarray(0, 3);
    if (head === undefined) {
      head = fullHeadOf(payload);
      slices = head.slices.map(({ words, ...slice }) => ({ ...slice, bits: new Uint32Array(words) }));
      continue;
    }
    if (kind === CUT_OFFS) learnCutOffs(payload, revoked);
    if (kind === SINGLES) learnSingles(wordsOf(payload, 1), revoked);
    if (kind === SLICE) {
      const [number = 0, start = 0] = rest;
      slices[number]?.bits.set(wordsOf(payload, 3), start);
    }
    if (kind === END) {
      for (const slice of slices) revoked.filter.adopt(slice);
      return head;
    }
  }
  throw new SnapshotUnusable('its end is missing');
}

function fullHeadOf(payload: Uint8Array | undefined): FullHead {
  if (payload === undefined || wordsOf(payload, 0)[0] !== HEAD) {
    throw new SnapshotUnusable('its beginning is missing');
  }
  // Authenticated: a process of this installation wrote it, and only its release may be another.
  const head = JSON.parse(textOf(payload)) as FullHead;
  if (head.format !== FORMAT) throw new SnapshotUnusable(`its format is '${head.format}', and not '${FORMAT}'`);
  return head;
}

function learnCutOffs(payload: Uint8Array, revoked: RevokedSubjects): void {
  // Authenticated, as above, and of the format that was looked at there.
  const rows = JSON.parse(textOf(payload)) as readonly (readonly [string, number, number])[];
  for (const [subject, minimum, expiresAt] of rows) revoked.learn(subject, minimum, expiresAt);
}

function learnSingles(entries: Uint32Array, revoked: RevokedSubjects): void {
  for (let at = 0; at < entries.length; at += ENTRY_WORDS) {
    revoked.learnDigest(entries, at, entries[at + ENTRY_WORDS - 1] ?? 0);
  }
}

function wordsPayload(kind: readonly number[], words: Uint32Array): Uint8Array {
  const joined = new Uint32Array(kind.length + words.length);
  joined.set(kind);
  joined.set(words, kind.length);
  return new Uint8Array(joined.buffer);
}

const bytesOf = (words: Uint32Array, end: number): Uint8Array => new Uint8Array(words.buffer, 0, end * 4);

function textPayload(kind: number, value: unknown): Uint8Array {
  return Buffer.concat([wordsPayload([kind], new Uint32Array()), Buffer.from(JSON.stringify(value))]);
}

const textOf = (payload: Uint8Array): string => new TextDecoder().decode(payload.subarray(4));

/** The whole words after the first `from`. */
function wordsOf({ buffer, byteOffset, byteLength }: Uint8Array, from: number): Uint32Array {
  return new Uint32Array(buffer, byteOffset + from * 4, Math.max(0, (byteLength >>> 2) - from));
}
