import type { AccountEvent } from '../audit/account-event.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { ExchangeFailure } from '../audit/exchange-failure.ts';

/** One entry of the log of an account, of whichever kind. */
export type LogEntry =
  /** A change, or a revocation. */
  | (EntryPlace & { readonly kind: 'change'; readonly row: AuditEvent })
  /** No token was given. */
  | (EntryPlace & { readonly kind: 'refusal'; readonly row: ExchangeFailure })
  /** A token was given, a key was used, lines were taken in. */
  | (EntryPlace & { readonly kind: 'event'; readonly row: AccountEvent });

/** Where an entry stands: all kinds together are ordered by `time` and then by `id`. */
export interface EntryPlace {
  /** When it was about to be written, milliseconds; of a change, when it was made. */
  readonly time: number;
  readonly id: string;
}

/** The kinds of entry. */
export type LogEntryKind = LogEntry['kind'];

/** @returns whether the first stands before the other */
export const isBefore = (one: EntryPlace, other: EntryPlace): boolean =>
  one.time < other.time || (one.time === other.time && one.id < other.id);
