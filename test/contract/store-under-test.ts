import type { Store } from '../../src/store/store.ts';

/** A fresh store that knows `CONTRACT_COLLECTIONS`, and what a test may do to it beside using it. */
export interface StoreUnderTest {
  readonly store: Store;
  /** Closes `store` and opens it again; from then on, use the one that is returned. */
  reopen(): Promise<Store>;
  /** What a second process sees: the same lasting state, nothing shared in memory. */
  another(): Promise<Store>;
  /** Whether it keeps snapshots, or is as near to every process itself. */
  readonly keepsSnapshots: boolean;
  /** Makes the back-end believe that time has passed: the fixed clock for SQLite, a real wait for Redis. */
  letSecondsPass(seconds: number): Promise<void>;
  /** Closes whatever was opened and removes the lasting state. */
  dispose(): Promise<void>;
}
