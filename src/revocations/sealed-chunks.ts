import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** A snapshot is torn, or was not made by this installation. */
export class SnapshotUnusable extends Error {
  /** True: somebody else wrote it, or it was made under a master key that this process does not know. */
  readonly forged: boolean;

  constructor(message: string, { forged = false } = {}) {
    super(message);
    this.name = 'SnapshotUnusable';
    this.forged = forged;
  }
}

const PURPOSE = 'latchkey revocations';
const MAC_BYTES = 32;
const ID_BYTES = 16;
const PREFIX_BYTES = MAC_BYTES + ID_BYTES;

/**
 * Authenticates chunks so that each holds in its own place of its own snapshot only: whoever can write where snapshots lie
 * (R25: Redis) could else leave out what was revoked, or put an older part beside newer ones. A whole older snapshot does
 * no harm: it names the place from which everything later is told.
 * @returns the chunks; each is good until the next is asked for
 */
export async function* sealedChunks(key: Buffer, payloads: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const id = randomBytes(ID_BYTES);
  let index = 0;
  let room = Buffer.alloc(0);
  for await (const payload of payloads) {
    const length = PREFIX_BYTES + payload.byteLength;
    if (room.byteLength < length) room = Buffer.alloc(length);
    room.set(macOf(key, id, index, payload));
    room.set(id, MAC_BYTES);
    room.set(payload, PREFIX_BYTES);
    yield room.subarray(0, length);
    index += 1;
  }
}

/**
 * @param keys those of this installation; the first chunk tells which of them it was
 * @returns the payloads; each is good until the next is asked for, and stands where words may begin
 * @throws SnapshotUnusable at the first chunk that does not belong where it stands
 */
export async function* openedChunks(
  keys: readonly Buffer[],
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let known: { readonly key: Buffer; readonly id: Uint8Array } | undefined;
  let index = 0;
  // One for all: what is left behind outside of the heap may lie there for minutes.
  let room = new ArrayBuffer(0);
  for await (const chunk of chunks) {
    const id = known?.id ?? new Uint8Array(chunk.subarray(MAC_BYTES, PREFIX_BYTES));
    const sealed = chunk.subarray(PREFIX_BYTES);
    if (room.byteLength < sealed.byteLength) room = new ArrayBuffer(sealed.byteLength);
    const payload = new Uint8Array(room, 0, sealed.byteLength);
    payload.set(sealed);
    const key = (known === undefined ? keys : [known.key]).find((candidate) =>
      isMac(chunk.subarray(0, MAC_BYTES), macOf(candidate, id, index, payload)),
    );
    if (key === undefined) throw new SnapshotUnusable(`chunk ${index} is not authentic`, { forged: true });
    known ??= { key, id };
    yield payload;
    index += 1;
  }
}

function macOf(key: Buffer, id: Uint8Array, index: number, payload: Uint8Array): Buffer {
  return createHmac('sha256', key).update(`${PURPOSE} ${index} `).update(id).update(payload).digest();
}

function isMac(given: Uint8Array, wanted: Buffer): boolean {
  return given.byteLength === wanted.byteLength && timingSafeEqual(given, wanted);
}
