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
   * Returns at once while the same primary has taken a write for the majority within the last second; else writes one.
   * @throws  whatever the driver throws
   */
  prove(): Promise<void>;
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
    async prove() {
      if (isProven()) return;
      proving ??= proof().finally(() => {
        proving = undefined;
      });
      await proving;
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
