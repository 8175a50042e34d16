import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection, mongo } from 'mongoose';
import { beatThroughMongo, type SendBeat } from '../../src/store-mongo-redis/heartbeat.ts';
import { connectToMongo, nativeDatabase } from '../../src/store-mongo-redis/mongo-connection.ts';
import { type ProvenPrimary, provenPrimary } from '../../src/store-mongo-redis/proven-primary.ts';
import { eventually } from '../contract/eventually.ts';
import { startMongod } from '../harness/servers/mongod-process.ts';
import type { ServerProcess } from '../harness/servers/server-process.ts';

const nothing = async (): Promise<void> => undefined;

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
  });
  afterAll(async () => {
    await connection?.close();
    await mongod?.remove();
  });

  it('given nothing was written yet, when many read, then one write for the majority goes before them', async () => {
    await Promise.all(Array.from({ length: 20 }, () => primary.believed(nothing)));

    expect(new Set(written)).toEqual(new Set(['proof of this process']));
    // The driver tells only after the connection was made which election the primary is of.
    expect(written.length).toBeLessThan(3);
  });

  it('given heartbeats are taken, when one reads, then nothing more is written', async () => {
    await primary.beat('this process', 1);
    await primary.believed(nothing);
    written = [];

    await primary.believed(nothing);

    expect(written).toEqual([]);
  });

  it('given a second without a heartbeat, when one reads, then a write goes before it', async () => {
    await primary.believed(nothing);
    written = [];
    await new Promise((resolve) => setTimeout(resolve, 1_100));

    await primary.believed(nothing);

    expect(written).toEqual(['proof of this process']);
  });

  describe('given another primary is elected', () => {
    const elect = async (): Promise<void> => {
      const seen = new Set<string | undefined>();
      const see = ({ newDescription }: mongo.TopologyDescriptionChangedEvent): void => {
        for (const { type, electionId } of newDescription.servers.values()) {
          if (type === 'RSPrimary') seen.add(electionId?.toHexString());
        }
      };
      const client = connection.getClient().on('topologyDescriptionChanged', see);
      const admin = nativeDatabase(connection).admin();
      await admin.command({ replSetStepDown: 60, force: true });
      await admin.command({ replSetFreeze: 0 }, { readPreference: 'secondaryPreferred' });
      await eventually(() => expect(seen.size).toBeGreaterThan(0), 20_000);
      client.off('topologyDescriptionChanged', see);
    };

    it('when one reads after it, then a write goes before the read, however young the last is', async () => {
      await elect();
      written = [];

      await primary.believed(nothing);

      expect(written).toContain('proof of this process');
    });

    it('when a read has waited for it, then what it read is not believed: it is proven and read again', async () => {
      const reads: string[] = [];
      await primary.believed(nothing);

      const answer = await primary.believed(async () => {
        if (reads.length === 0) {
          await elect();
          written = [];
        }
        reads.push(written.includes('proof of this process') ? 'proven' : 'not proven');
        return reads.at(-1);
      });

      expect(reads[0]).toBe('not proven');
      expect(answer).toBe('proven');
    });
  });
});
