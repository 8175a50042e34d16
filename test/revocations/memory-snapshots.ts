import type { Snapshots } from '../../src/store/store.ts';

/** Snapshots as Redis would keep them, laid open: what is in them can be torn, exchanged and forged. */
export interface MemorySnapshots extends Snapshots {
  chunks: Uint8Array[] | undefined;
  /** How many times something was written. */
  saved: number;
}

/** @returns a place for one snapshot, empty */
export function memorySnapshots(): MemorySnapshots {
  const place: MemorySnapshots = {
    chunks: undefined,
    saved: 0,
    async save(_name, chunks) {
      const all: Uint8Array[] = [];
      for await (const chunk of chunks) all.push(new Uint8Array(chunk));
      place.chunks = all;
      place.saved += 1;
    },
    async load() {
      return place.chunks && inTurn(place.chunks);
    },
  };
  return place;
}

async function* inTurn(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
