import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type Connection, mongo } from 'mongoose';
import { insert } from '../../src/store/changes.ts';
import { subscribeToChanges } from '../../src/store-mongo-redis/change-subscription.ts';
import type { EntityModels } from '../../src/store-mongo-redis/entity-models.ts';
import { heartbeat } from '../../src/store-mongo-redis/heartbeat.ts';
import { SILENT_LOGGER } from '../../src/store-mongo-redis/store-logger.ts';
import { changed, givenWidget, WIDGETS, type Widget } from '../contract/contract-collections.ts';
import { eventually } from '../contract/eventually.ts';

/** Stands for the network: a stream that is away, then has lost its place, then works. */
function brokenNetwork() {
  const stream = { state: 'away', give: (_event: unknown) => {} };
  const watch = () => {
    if (stream.state === 'away') throw new mongo.MongoNetworkError('away');
    if (stream.state === 'lost') {
      stream.state = 'open';
      throw new mongo.MongoServerError({ message: 'history lost', code: 286 });
    }
    const next = () =>
      new Promise((resolve) => {
        stream.give = resolve;
      });
    return { next, close: async () => {}, resumeToken: undefined };
  };
  const command = async () => ({ operationTime: new mongo.Timestamp({ t: 9, i: 1 }) });
  return { stream, connection: { db: { command, watch } } };
}

describe('a subscription to changes', () => {
  /** Swallowed change: a signing key that another node dropped would have gone on verifying here. */
  it('given an own commit was delivered directly and then the place was lost, when another process changes that entity, then it is delivered', async () => {
    const { stream, connection } = brokenNetwork();
    const widget = givenWidget();
    const cursor = async function* () {};
    const model = { find: () => ({ lean: () => ({ cursor }) }) };
    const told: unknown[] = [];
    const beats = heartbeat();
    const subscription = subscribeToChanges({
      // Only what is used of the driver: the network is the one thing that tests may stand in for.
      connection: connection as unknown as Connection,
      models: (() => ({ collection: WIDGETS, model })) as unknown as EntityModels,
      logger: SILENT_LOGGER,
      names: new Set([WIDGETS.name]),
      position: 'time:1:1',
      heartbeat: beats,
      onChange: ({ entity }) => void told.push(entity?.entityTag),
    });
    const own = subscription.expectOwn([insert(WIDGETS, widget)]);
    own?.begun('mine:1');
    await own?.delivered();
    own?.forget();

    stream.state = 'lost';
    await eventually(() => expect(stream.state).toBe('open'), 3_000);
    await pause(50);
    const after = changed(widget, { size: 9 });
    stream.give(eventOf(after, 'other', 7));

    await eventually(() => expect(told).toEqual([widget.entityTag, after.entityTag]), 2_000);
    await subscription.close();
    beats.close();
  });

  /** Swallowed change: of what has come by no second event comes, so waiting for one would pass over all later ones. */
  it('given the stream brought one of two changes of an own commit and then stood still, when another process changes that entity, then it is delivered', async () => {
    const { stream, connection } = brokenNetwork();
    stream.state = 'open';
    const [one, two] = [givenWidget(), givenWidget()];
    const told: unknown[] = [];
    const beats = heartbeat();
    const subscription = subscribeToChanges({
      // Only what is used of the driver: the network is the one thing that tests may stand in for.
      connection: connection as unknown as Connection,
      models: (() => ({ collection: WIDGETS })) as unknown as EntityModels,
      ...{ logger: SILENT_LOGGER, names: new Set([WIDGETS.name]), position: 'time:1:1', heartbeat: beats },
      onChange: ({ entity }) => void told.push(entity?.entityTag),
    });
    const own = subscription.expectOwn([insert(WIDGETS, one), insert(WIDGETS, two)]);
    own?.begun(`${Buffer.from('mine').toString('hex')}:1`);

    stream.give(eventOf(one, 'mine', 1));
    await own?.delivered();
    own?.forget();
    const after = changed(one, { size: 9 });
    stream.give(eventOf(after, 'other', 7));

    await eventually(() => expect(told).toEqual([one.entityTag, two.entityTag, after.entityTag]), 2_000);
    await subscription.close();
    beats.close();
  });
});

/** What MongoDB tells of a widget that was written in a transaction of a session. */
function eventOf({ id, labels, details, ...rest }: Widget, session: string, txnNumber: number) {
  return {
    ...{ _id: { _data: 'x' }, operationType: 'replace', ns: { coll: WIDGETS.name }, documentKey: { _id: id } },
    ...{ txnNumber, lsid: { id: { buffer: Buffer.from(session) } } },
    fullDocument: { _id: id, ...rest, labels: JSON.stringify(labels) },
  };
}
