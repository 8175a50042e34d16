import type { mongo } from 'mongoose';

/** A commit of this process whose changes a subscription is to deliver before the commit is answered. */
export interface OwnCommit {
  /** Names one attempt: only one of them will be seen in the stream. */
  begun(transaction: string): void;
  /** Returns when every change has been delivered: by the stream, or directly when that is late. */
  delivered(): Promise<void>;
  /** Ends the waiting, whatever became of the commit. */
  forget(): void;
}

/** Waits in one subscription for the changes of own commits to come by. */
export interface OwnCommits {
  /**
   * @param changed names of what the commit changes
   * @param deliverDirectly called with the attempts' names, and with what the stream has not brought in time
   */
  expect(
    changed: readonly string[],
    deliverDirectly: (transactions: readonly string[], late: ReadonlySet<string>) => void,
  ): OwnCommit;
  /** Says that a change of this transaction has come by. */
  arrived(transaction: string, changed: string): void;
  /** Ends all waiting. */
  close(): void;
}

interface Expectation {
  readonly left: Set<string>;
  readonly arrived: () => void;
}

/** How long a commit waits for the stream before it delivers directly. The stream needs 2 ms, at p99 9 ms. */
const STREAM_MILLISECONDS = 1_000;

/** @param isStreaming false: nothing can come by now, so there is no use in waiting */
export function ownCommits(isStreaming: () => boolean): OwnCommits {
  const expected = new Map<string, Expectation>();
  return {
    expect(changed, deliverDirectly) {
      const transactions: string[] = [];
      const { promise, resolve } = Promise.withResolvers<void>();
      const expectation: Expectation = { left: new Set(changed), arrived: resolve };
      return {
        begun(transaction) {
          transactions.push(transaction);
          expected.set(transaction, expectation);
        },
        async delivered() {
          if (expectation.left.size > 0 && isStreaming()) await atMost(STREAM_MILLISECONDS, promise);
          if (expectation.left.size > 0) deliverDirectly(transactions, expectation.left);
        },
        forget() {
          for (const transaction of transactions) expected.delete(transaction);
        },
      };
    },

    arrived(transaction, changed) {
      const expectation = expected.get(transaction);
      if (expectation === undefined) return;
      expectation.left.delete(changed);
      if (expectation.left.size === 0) expectation.arrived();
    },

    close() {
      for (const expectation of expected.values()) {
        expectation.left.clear();
        expectation.arrived();
      }
    },
  };
}

/** @returns what names the transaction in change events: its session and its number in that */
export function transactionKey(session: mongo.ClientSession): string {
  if (session.id === undefined) throw new Error('the session has ended');
  return keyOf(session.id.id, session.serverSession.txnNumber);
}

/** @returns the same name, read from a change event; `undefined` when it was made by no transaction */
export function transactionKeyOf(event: mongo.ChangeStreamDocumentCommon): string | undefined {
  const { lsid, txnNumber } = event;
  return lsid === undefined || txnNumber === undefined ? undefined : keyOf(lsid.id, txnNumber);
}

function keyOf(sessionId: mongo.Binary, transaction: unknown): string {
  return `${Buffer.from(sessionId.buffer).toString('hex')}:${String(transaction)}`;
}

async function atMost(milliseconds: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
