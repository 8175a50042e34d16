import type { Connection, mongo } from 'mongoose';
import { CURRENT_MILLISECONDS } from './freshness.ts';
import type { SendBeat } from './heartbeat.ts';

/**
 * Tells whether a read of the primary may be believed. A server that was elected a moment ago, and one that is about to find out
 * that another was, answer reads of the majority from a past: they do not know yet, or no longer, what the majority has.
 * Whatever one of them acknowledges after that is a proof: the majority follows it, and it knows all that came before.
 */
export interface ProvenPrimary {
  /**
   * Reads from a primary that has taken a write for the majority within the last second, writing one where none is that young.
   * A read that outlived its primary is done again: it may have waited for the next one, which nothing was asked of yet.
   * @throws  whatever the driver and the read throw
   */
  believed<T>(read: () => Promise<T>): Promise<T>;
  /** The way of the heartbeats, which are such writes. */
  readonly beat: SendBeat;
}

/** @param write a small write that the majority acknowledges */
export function provenPrimary(connection: Connection, write: SendBeat, processId: string): ProvenPrimary {
  let primary: string | undefined;
  let proven: { readonly primary: string | undefined; readonly at: number } | undefined;
  let proving: Promise<void> | undefined;
  connection.getClient().on('topologyDescriptionChanged', ({ newDescription }) => {
    primary = primaryIn(newDescription) ?? primary;
  });

  const beat: SendBeat = async (process, number) => {
    const sent = { primary, at: performance.now() };
    await write(process, number);
    proven = sent;
  };
  const isProven = (): boolean =>
    proven !== undefined && proven.primary === primary && performance.now() - proven.at <= CURRENT_MILLISECONDS;
  const proof = async (): Promise<void> => {
    // The primary may change again while it is asked.
    while (!isProven()) await beat(`proof of ${processId}`, 0);
  };

  return {
    async believed(read) {
      for (;;) {
        while (!isProven()) {
          proving ??= proof().finally(() => {
            proving = undefined;
          });
          await proving;
        }
        const asked = primary;
        const answer = await read();
        if (primary === asked) return answer;
      }
    },
    beat,
  };
}

/** @returns who was elected, and in which election; `undefined` while nobody is */
function primaryIn({ servers }: mongo.TopologyDescription): string | undefined {
  for (const { type, address, electionId } of servers.values()) {
    if (type === 'RSPrimary') return `${address} ${electionId?.toHexString()}`;
  }
  return undefined;
}
