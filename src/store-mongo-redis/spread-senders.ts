/**
 * The other processes that send through the fast way. Own heartbeats that come back prove that this process hears that way;
 * they do not prove that the others are heard on it, nor that nothing of theirs was lost. This does.
 */
export interface SpreadSenders {
  /** @param commits how many commits the sender has sent so far, this one included if it is one */
  heard(processId: string, commits: number, isCommit: boolean): void;
  /** Says that it sends nothing any more. @param commits how many it has sent in all */
  left(processId: string, commits: number): void;
  /** Something may have been lost, of whomever. */
  missed(): void;
  /** @returns when, by the monotonic clock, it was last seen that something had been lost: it was committed before then */
  missedAt(): number;
  /** @returns milliseconds since the sender that has been silent for longest was heard; 0 when there is none */
  silence(): number;
  /** Forgets who has stopped. To be called now and then. */
  forgetStopped(): Promise<void>;
}

/** @returns the heartbeat number of a process as MongoDB has it; `undefined` when it is forgotten there */
export type StoredBeat = (processId: string) => Promise<number | undefined>;

interface Sender {
  commits: number;
  heardAt: number;
  /** What MongoDB had of it when it was last looked for there. */
  storedBeat: { readonly beat: number | undefined } | undefined;
}

/** A sender that is silent for so long is looked for in MongoDB. */
const SILENT_MILLISECONDS = 5_000;

/** Knows no sender yet, and what was sent so far is missed. */
export function spreadSenders(storedBeat: StoredBeat): SpreadSenders {
  const senders = new Map<string, Sender>();
  let missedAt = performance.now();

  const missed = (): void => {
    missedAt = performance.now();
  };

  return {
    heard(processId, commits, isCommit) {
      const before = senders.get(processId);
      const known = (before?.commits ?? 0) + (isCommit ? 1 : 0);
      // One that it could not send, that was flushed or evicted, or that lies before our place. Sent again, it counts less.
      if (commits > known) missed();
      senders.set(processId, {
        commits: Math.max(commits, before?.commits ?? 0),
        heardAt: performance.now(),
        storedBeat: undefined,
      });
    },

    left(processId, commits) {
      if (commits > (senders.get(processId)?.commits ?? 0)) missed();
      senders.delete(processId);
    },
    missed,
    missedAt: () => missedAt,

    silence() {
      let longest = 0;
      const now = performance.now();
      for (const { heardAt } of senders.values()) longest = Math.max(longest, now - heardAt);
      return longest;
    },

    async forgetStopped() {
      for (const [processId, sender] of senders) {
        if (performance.now() - sender.heardAt < SILENT_MILLISECONDS) continue;
        const beat = await storedBeat(processId);
        // It lives and is only cut off from Redis as long as its beats go on in MongoDB: then its commits are not heard here.
        if (sender.storedBeat !== undefined && sender.storedBeat.beat === beat) {
          senders.delete(processId);
          // It ended without a word, and nobody will ever say whether its last commits were heard.
          missed();
        } else sender.storedBeat = { beat };
      }
    },
  };
}
