import type { Connection } from 'mongoose';
import type { Change } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { type FeedSubscription, subscribeToChanges } from './change-subscription.ts';
import type { EntityModels } from './entity-models.ts';
import type { OwnCommit } from './own-commit.ts';
import { withinStoreTime } from './store-failures.ts';
import type { StoreLogger } from './store-logger.ts';
import { currentPosition } from './stream-position.ts';

/** Tells watchers of committed changes, by one change stream a watcher. */
export interface ChangeFeed {
  readonly watch: Store['watch'];
  /** To be called before a commit of this process: its changes are delivered before it is answered. */
  expectOwn(changes: readonly Change[]): OwnCommit;
  close(): Promise<void>;
}

/** What a feed needs. */
export interface ChangeFeedParts {
  readonly connection: Connection;
  readonly models: EntityModels;
  readonly logger: StoreLogger;
}

/** Opens no stream before the first `watch`. */
export function changeFeed({ connection, models, logger }: ChangeFeedParts): ChangeFeed {
  const subscriptions = new Set<FeedSubscription>();

  return {
    async watch(collections, onChange, since) {
      const names = new Set(collections.map(({ name }) => name));
      for (const name of names) {
        if (!models(name).collection.followed) throw new TypeError(`${name} is not followed`);
      }
      const position = since ?? (await withinStoreTime(() => currentPosition(connection)));
      const subscription = subscribeToChanges({ connection, models, logger, names, onChange, position });
      subscriptions.add(subscription);
      return {
        // The stream delivers by itself; there is nothing that could be asked at once.
        catchUp: () => {},
        close: async () => {
          subscriptions.delete(subscription);
          await subscription.close();
        },
      };
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
