import type { LogSource } from './event-sources.ts';

/** What an entry becomes in one source; made only for who wants it. */
export interface SourceLine {
  readonly source: LogSource;
  readonly payload: () => Payload;
}

/** What an event says: JSON, written member by member, so that no secret ever gets in. */
export type Payload = { readonly [member: string]: PayloadValue };

/** A value in it; `undefined` is not written. */
export type PayloadValue = string | number | boolean | null | undefined | readonly PayloadValue[] | Payload;

/** The topics of audit events. */
export type Topic = 'access' | 'activity' | 'authentication' | 'config' | 'sync';

/** What every audit event has. */
export interface EventFacts {
  readonly id: string;
  readonly at: number;
  readonly eventName: string;
  readonly topic: Topic;
  readonly transactionId: string;
  /** Who did it; absent: nobody is known. */
  readonly iamId?: string | undefined;
  /** The key with which it was done, which connects it with other events. */
  readonly apiKeyId?: string | undefined;
}

/** The realm of all: here accounts are what realms are elsewhere, and a log is of one account. */
export const REALM = '/';

/** @returns the members that all audit events have in common (contracts of the sources, "common fields") */
export function commonMembers({ id, at, eventName, topic, transactionId, iamId, apiKeyId }: EventFacts): Payload {
  return {
    _id: `${id}-${topic}`,
    timestamp: new Date(at).toISOString(),
    eventName,
    transactionId,
    userId: iamId ?? '',
    trackingIds: apiKeyId === undefined || apiKeyId === '' ? [] : [apiKeyId],
    topic,
    source: 'audit',
    level: 'INFO',
  };
}
