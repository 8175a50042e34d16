import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { insert } from '../../src/store/changes.ts';
import type { Store } from '../../src/store/store.ts';
import { changeFeed } from '../../src/store-sqlite/change-feed.ts';
import { openConnection } from '../../src/store-sqlite/sqlite-connection.ts';
import { givenWidget, WIDGETS } from '../contract/contract-collections.ts';
import { givenSqliteStore, type SqliteStoreUnderTest } from './given-sqlite-store.ts';

describe('the change feed of two processes on one file', () => {
  let subject: SqliteStoreUnderTest;
  let other: Store;

  beforeEach(async () => {
    subject = await givenSqliteStore();
    other = await subject.another();
  });
  afterEach(() => subject.dispose());

  /** Lost notice: a revocation that another process had answered was accepted here until somebody committed again. */
  it('given a change is being delivered, when another process commits at that moment, then its change is delivered too', async () => {
    const [first, late] = [givenWidget(), givenWidget()];
    await subject.store.commit([insert(WIDGETS, first)]);
    const connection = await openConnection(subject.file);
    const byOther = await openConnection(subject.file);
    const tellOf = (id: string) =>
      byOther.execute(
        `INSERT INTO changes (collection, entity_id, committed_at) VALUES ('${WIDGETS.name}', '${id}', 0)`,
      );
    let noticed = false;
    const feed = changeFeed({
      connection,
      foreign: { check: () => {}, look: () => {} },
      // Reading an entity is where `PRAGMA data_version` tells, once only, that another process has committed.
      read: (_collection, id) => {
        if (!noticed) {
          noticed = true;
          tellOf(late.id);
          feed.expectForeignChanges();
        }
        return { id, entityTag: '1-x' };
      },
      readAll: () => [],
    });
    const told: string[] = [];
    feed.watch(new Set([WIDGETS.name]), ({ id }) => void told.push(id), undefined);
    tellOf(first.id);

    feed.deliver();

    expect(told).toEqual([first.id, late.id]);
    feed.close();
    connection.close();
    byOther.close();
  });

  /** Stale delivery: a row kept before the commit would be told in its place, and the change would count as told. */
  it('given an entity was told, when another process changes it in the same callback, then every watcher is told the new state', async () => {
    const widget = givenWidget({ name: 'first' });
    const byOther = await openConnection(subject.file);
    const change = (): void => {
      byOther.execute(
        `UPDATE entities_${WIDGETS.name} SET document = json_set(document, '$.name', 'second') WHERE id = '${widget.id}';
         INSERT INTO changes (collection, entity_id, committed_at) VALUES ('${WIDGETS.name}', '${widget.id}', 0)`,
      );
    };
    const told: string[][] = [[], []];
    const nameOf = (entity: unknown): string => String(Reflect.get(Object(entity), 'name'));
    await subject.store.watch([WIDGETS], ({ entity }) => {
      if (told[0]?.push(nameOf(entity)) === 1) change();
    });
    const second = await subject.store.watch([WIDGETS], ({ entity }) => void told[1]?.push(nameOf(entity)));

    await subject.store.commit([insert(WIDGETS, widget)]);
    await new Promise((resolve) => setImmediate(resolve));
    second.catchUp();

    expect(told.map((names) => names.at(-1))).toEqual(['second', 'second']);
    byOther.close();
  });

  it('given the other process commits without a pause, when every answered commit is looked for at once, then it has been delivered', async () => {
    const told = new Set<string>();
    const subscription = await subject.store.watch([WIDGETS], ({ id }) => void told.add(id));
    const missed: string[] = [];

    for (let round = 0; round < 200; round += 1) {
      const widgets = Array.from({ length: 5 }, () => givenWidget());
      const answers = widgets.map((widget) => other.commit([insert(WIDGETS, widget)]));
      subscription.catchUp();
      await Promise.all(answers);
      subscription.catchUp();
      missed.push(...widgets.flatMap(({ id }) => (told.has(id) ? [] : [id])));
    }

    expect(missed).toEqual([]);
  });
});
