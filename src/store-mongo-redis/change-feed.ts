import type { Connection } from 'mongoose';
import type { Change } from '../store/changes.ts';
import type { Entity } from '../store/collection.ts';
import type { Sequence, Store, StoredChange, Subscription } from '../store/store.ts';
import { type FeedSubscription, subscribeToChanges } from './change-subscription.ts';
import type { EntityModels } from './entity-models.ts';
import { CURRENT_MILLISECONDS, GRACE_MILLISECONDS } from './freshness.ts';
import type { Heartbeat, Taken } from './heartbeat.ts';
import { SIBLINGS_MILLISECONDS } from './news-way.ts';
import type { OwnCommit } from './own-commit.ts';
import type { RedisSpread } from './redis-spread.ts';
import { withinStoreTime } from './store-failures.ts';
import type { StoreLogger } from './store-logger.ts';
import { currentPosition } from './stream-position.ts';

/** Tells watchers of committed changes, by one change stream a watcher. */
export interface ChangeFeed {
  readonly watch: Store['watch'];
  /** As `watch`, from now on; says when nobody knows what has changed. Who follows so only wants to know that it did. */
  follow(
    names: ReadonlySet<string>,
    onChange: (change: StoredChange) => void,
    onLost: () => void,
  ): Promise<Subscription>;
  /** Something was committed, as the fast way tells; the entity is known when it is of an immutable collection. */
  announce(collection: string, id: string, entity: Entity | undefined): void;
  /** To be called before a commit of this process: its changes are delivered before it is answered. */
  expectOwn(changes: readonly Change[]): OwnCommit;
  close(): Promise<void>;
}

/** What a feed needs. */
export interface ChangeFeedParts {
  readonly connection: Connection;
  readonly models: EntityModels;
  readonly logger: StoreLogger;
  readonly heartbeat: Heartbeat;
  /** How late the fast way is. It tells of every change, but only of immutable entities what they are. */
  readonly fastWay: () => Pick<RedisSpread, 'age' | 'missedAt'>;
  /** How long ago the primary took something from this process. */
  readonly primaryAge: Taken;
  /** How late what the other processes of this node tell may be; 0 when there are none. */
  readonly siblingAge: () => number;
}

/** When nothing at all has come for so long, the stream is taken for cut. */
const STALLED_MILLISECONDS = 10_000;

interface Watcher {
  readonly names: ReadonlySet<string>;
  readonly onChange: (change: StoredChange) => void;
  readonly onLost?: () => void;
  readonly since?: Sequence | undefined;
  /** Whether what the fast way tells is enough for it. */
  readonly byFastWay: boolean;
}

/** Opens no stream before the first `watch`. */
export function changeFeed({
  connection,
  models,
  logger,
  heartbeat,
  fastWay,
  primaryAge,
  siblingAge,
}: ChangeFeedParts): ChangeFeed {
  const subscriptions = new Set<FeedSubscription>();

  const caughtUp = async ({ caughtUp: arrived, delivered }: FeedSubscription): Promise<void> => {
    // A beat that was sent now need not be waited for until its turn comes.
    heartbeat.beatNow();
    for (;;) {
      const before = delivered();
      try {
        return await withinStoreTime(() => arrived, STALLED_MILLISECONDS);
      } catch (error) {
        // A million entities take longer, as long as they come.
        if (delivered() === before) throw error;
      }
    }
  };

  const subscribe = async ({ names, onChange, onLost, since, byFastWay }: Watcher): Promise<Subscription> => {
    const position = since ?? (await withinStoreTime(() => currentPosition(connection)));
    const parts = { connection, models, logger, heartbeat };
    const subscription = subscribeToChanges({ ...parts, names, onChange, onLost, position });
    subscriptions.add(subscription);
    const { freshness } = subscription;
    // The fast way repeats what is durable. While the primary takes nothing from here, nobody can tell what that is now,
    // and what has been heard through it is good for the grace only.
    const fastAge = (): number =>
      byFastWay && primaryAge() <= CURRENT_MILLISECONDS + GRACE_MILLISECONDS
        ? fastWay().age()
        : Number.POSITIVE_INFINITY;
    // Something was committed of which the fast way told no more than that; only the stream can say what.
    const isBehind = (): boolean =>
      freshness.provenAt() < (byFastWay ? fastWay().missedAt() : subscription.announcedAt());
    // Who was stopped for a while has not heard what his siblings answered for meanwhile.
    const hearsSiblings = (): boolean => siblingAge() <= SIBLINGS_MILLISECONDS;
    const close = async (): Promise<void> => {
      subscriptions.delete(subscription);
      await subscription.close();
    };
    if (since !== undefined)
      await caughtUp(subscription).catch(async (error: unknown) => {
        await close();
        throw error;
      });
    return {
      // The stream delivers by itself; there is nothing that could be asked at once.
      catchUp: () => {},
      isCurrent: () =>
        hearsSiblings() &&
        (freshness.age() <= CURRENT_MILLISECONDS || (fastAge() <= CURRENT_MILLISECONDS && !isBehind())),
      // Who knows of a change, and not what it was, has no grace: it may be the end of what is asked about.
      wasCurrentLately: () =>
        Math.min(freshness.age(), fastAge()) <= CURRENT_MILLISECONDS + GRACE_MILLISECONDS && !isBehind(),
      lags: () => ({ change_stream: freshness.age(), redis: fastWay().age() }),
      position: subscription.place,
      close,
    };
  };

  return {
    async watch(collections, onChange, since, onLost) {
      const names = new Set(collections.map(({ name }) => name));
      for (const name of names) {
        if (!models(name).collection.followed) throw new TypeError(`${name} is not followed`);
      }
      const byFastWay = [...names].every((name) => models(name).collection.immutable);
      return subscribe({ names, onChange, since, byFastWay, ...(onLost !== undefined && { onLost }) });
    },

    follow: (names, onChange, onLost) => subscribe({ names, onChange, onLost, byFastWay: true }),

    announce(collection, id, entity) {
      for (const subscription of subscriptions) subscription.announce(collection, id, entity);
    },

    expectOwn(changes) {
      const visible = changes.filter(({ kind }) => kind !== 'expect');
      const waiting = [...subscriptions].flatMap((subscription) => subscription.expectOwn(visible) ?? []);
      return {
        begun: (transaction) => {
          for (const own of waiting) own.begun(transaction);
        },
        delivered: async () => void (await Promise.all(waiting.map((own) => own.delivered()))),
        forget: () => {
          for (const own of waiting) own.forget();
        },
      };
    },

    async close() {
      await Promise.all([...subscriptions].map((subscription) => subscription.close()));
      subscriptions.clear();
    },
  };
}
