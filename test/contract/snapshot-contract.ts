import { describe, expect, it } from '@jest/globals';
import type { Store } from '../../src/store/store.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const CHUNK_LIMIT_BYTES = 262_144;

/** What `snapshots` promise: what is loaded is whole and the last that was saved, or there is nothing. */
export function describeSnapshots(subject: () => StoreUnderTest): void {
  describe('snapshots', () => {
    const orNothing = (chunks: readonly string[]) => (subject().keepsSnapshots ? chunks : undefined);

    it('given none, when it is loaded, then there is none', async () => {
      expect(await loaded(subject().store, 'empty')).toBeUndefined();
    });

    it('given one of any bytes, when another process loads it, then it has the same chunks in the same order', async () => {
      const bytes = Uint8Array.from({ length: CHUNK_LIMIT_BYTES }, (_, index) => index % 256);
      await subject().store.snapshots.save('bytes', [bytes, Uint8Array.of(), Uint8Array.of(0, 255)]);

      const chunks = await loaded(await subject().another(), 'bytes');

      const text = (chunk: Uint8Array) => Buffer.from(chunk).toString('hex');
      expect(chunks).toEqual(orNothing([bytes, Uint8Array.of(), Uint8Array.of(0, 255)].map(text)));
    });

    it('when it is saved again, then the new one is loaded, and who was reading the old one reads it to its end', async () => {
      const { snapshots } = subject().store;
      await snapshots.save('again', texts('old 1', 'old 2', 'old 3'));
      const reader = (await snapshots.load('again'))?.[Symbol.asyncIterator]();
      const read = [await reader?.next()];

      await snapshots.save('again', texts('new 1'));

      read.push(await reader?.next(), await reader?.next(), await reader?.next());
      expect(read.map((step) => step && !step.done && hex(step.value))).toEqual(
        orNothing(['old 1', 'old 2', 'old 3'])
          ? [...['old 1', 'old 2', 'old 3'].map(hexOf), false]
          : Array(4).fill(undefined),
      );
      expect(await loaded(subject().store, 'again')).toEqual(orNothing([hexOf('new 1')]));
    });

    it('when the writing of a second one breaks off, then the first is still there', async () => {
      const { snapshots } = subject().store;
      await snapshots.save('broken', texts('whole'));

      await snapshots.save('broken', breaking()).catch(() => undefined);

      expect(await loaded(subject().store, 'broken')).toEqual(orNothing([hexOf('whole')]));
    });

    it('given two names, when one is saved, then the other is not touched', async () => {
      const { snapshots } = subject().store;
      await snapshots.save('one', texts('one'));
      await snapshots.save('two', texts('two'));

      expect(await loaded(subject().store, 'one')).toEqual(orNothing([hexOf('one')]));
    });
  });
}

async function* breaking(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('half');
  throw new Error('the writer has ended');
}

const hex = (chunk: Uint8Array): string => Buffer.from(chunk).toString('hex');
const hexOf = (text: string): string => hex(Buffer.from(text));
const texts = (...all: readonly string[]): readonly Uint8Array[] => all.map((text) => Buffer.from(text));

async function loaded({ snapshots }: Store, name: string): Promise<readonly string[] | undefined> {
  const chunks = await snapshots.load(name);
  if (chunks === undefined) return undefined;
  const all: string[] = [];
  for await (const chunk of chunks) all.push(hex(chunk));
  return all;
}
