import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from 'mongoose';
import { beatThroughMongo, type SendBeat } from '../../src/store-mongo-redis/heartbeat.ts';
import { connectToMongo, nativeDatabase } from '../../src/store-mongo-redis/mongo-connection.ts';
import { type ProvenPrimary, provenPrimary } from '../../src/store-mongo-redis/proven-primary.ts';
import { eventually } from '../contract/eventually.ts';
import { startMongod } from '../harness/servers/mongod-process.ts';
import type { ServerProcess } from '../harness/servers/server-process.ts';

/** A primary that does not know what the majority has would tell of revocations and keys as they were. */
describe('reads of the primary', () => {
  let mongod: ServerProcess;
  let connection: Connection;
  let primary: ProvenPrimary;
  let written: string[];

  beforeAll(async () => {
    mongod = await startMongod();
    connection = await connectToMongo(mongod.url);
    const write = beatThroughMongo(connection);
    const counted: SendBeat = async (id, beat) => {
      await write(id, beat);
      written.push(id);
    };
    written = [];
    primary = provenPrimary(connection, counted, 'this process');
  }, 60_000);
  afterAll(async () => {
    await connection?.close();
    await mongod?.remove();
  });

  it('given nothing was written yet, when many read, then one write for the majority goes before them', async () => {
    await Promise.all(Array.from({ length: 20 }, () => primary.prove()));

    expect(new Set(written)).toEqual(new Set(['proof of this process']));
    // The driver tells only after the connection was made which election the primary is of.
    expect(written.length).toBeLessThan(3);
  });

  it('given heartbeats are taken, when one reads, then nothing more is written', async () => {
    await primary.beat('this process', 1);
    await primary.prove();
    written = [];

    await primary.prove();

    expect(written).toEqual([]);
  });

  it('given a second without a heartbeat, when one reads, then a write goes before it', async () => {
    await primary.prove();
    written = [];
    await new Promise((resolve) => setTimeout(resolve, 1_100));

    await primary.prove();

    expect(written).toEqual(['proof of this process']);
  });

  it('given another primary was elected, when one reads, then a write goes before it, however young the last is', async () => {
    const database = nativeDatabase(connection);
    const electionOf = async () => String((await database.command({ hello: 1 }))['electionId']);
    const before = await electionOf();
    await database
      .admin()
      .command({ replSetStepDown: 1, force: true })
      .catch(() => undefined);
    await eventually(async () => expect(await electionOf()).not.toBe(before), 20_000);
    await eventually(async () => {
      written = [];
      await primary.prove();
    }, 20_000);

    expect(written).toContain('proof of this process');
  }, 60_000);
});
