import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type ForeignWrites, foreignWrites } from '../../src/store-sqlite/row-cache.ts';
import { openConnection, type SqliteConnection } from '../../src/store-sqlite/sqlite-connection.ts';
import { givenSqliteStore, type SqliteStoreUnderTest } from './given-sqlite-store.ts';

describe('looks for the commits of other processes', () => {
  let subject: SqliteStoreUnderTest;
  let connection: SqliteConnection;
  let byOther: SqliteConnection;
  let foreign: ForeignWrites;
  let noticed = 0;
  let looks: ReturnType<typeof jest.spyOn>;

  beforeEach(async () => {
    subject = await givenSqliteStore();
    connection = await openConnection(subject.file);
    byOther = await openConnection(subject.file);
    noticed = 0;
    foreign = foreignWrites(connection, () => {
      noticed += 1;
    });
    looks = jest.spyOn(connection, 'dataVersion');
  });
  afterEach(async () => {
    connection.close();
    byOther.close();
    await subject.dispose();
  });

  const otherCommits = (): void =>
    byOther.execute("INSERT INTO changes (collection, entity_id, committed_at) VALUES ('widgets', 'one', 0)");

  it('given many ask in one turn, when another process commits after the first of them, then one look shows it to all', async () => {
    const first = foreign.sharedLook();
    otherCommits();
    const second = foreign.sharedLook();
    expect(noticed).toBe(0);

    const seen = await Promise.all([first?.then(() => noticed), second?.then(() => noticed)]);

    expect(seen).toEqual([1, 1]);
    expect(looks).toHaveBeenCalledTimes(1);
  });

  /** Early look: a request that came after it would be answered from what was kept before a revocation. */
  it('given a look was taken, when another process commits and somebody asks in a later callback, then it is seen', async () => {
    await foreign.sharedLook();
    expect(foreign.sharedLook()).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve));
    otherCommits();

    await foreign.sharedLook();

    expect(noticed).toBe(1);
  });

  it('given those who waited go on, when they ask again in the same callback, then they have their look', async () => {
    const again = async (): Promise<unknown> => {
      await foreign.sharedLook();
      await undefined;
      foreign.check();
      return foreign.sharedLook();
    };

    expect(await Promise.all([again(), again()])).toEqual([undefined, undefined]);
    expect(looks).toHaveBeenCalledTimes(1);
  });

  it('given the file cannot be read, when many wait for a look, then none waits for ever, and the next check tells', async () => {
    looks.mockImplementation(() => {
      throw new Error('disk I/O error');
    });

    await Promise.all([foreign.sharedLook(), foreign.sharedLook()]);

    expect(() => foreign.check()).toThrow('disk I/O error');
  });
});
