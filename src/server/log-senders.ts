import type { Access } from '../access/access.ts';
import { ACCOUNTS } from '../accounts/account.ts';
import { API_KEYS } from '../api-keys/api-key.ts';
import type { AuthenticateSender } from '../ingestion/authenticate-sender.ts';
import { proveSenderWith } from '../ingestion/prove-sender.ts';
import { watchSenders } from '../ingestion/watch-senders.ts';
import type { Store } from '../store/store.ts';
import { type LastingProofParts, lastingProofs } from '../tokens/lasting-proof.ts';

/** What the proof of senders is joined from. */
export interface LogSenderParts extends Omit<LastingProofParts, 'apiKeys' | 'accounts'> {
  readonly store: Store;
  readonly access: Access;
  readonly authenticateSender: AuthenticateSender;
}

/** Who may send lines as an identity, and goes on doing so. Loaded with the first who does. */
export function logSendersIn(parts: LogSenderParts) {
  const { store } = parts;
  const proofs = lastingProofs({ ...parts, apiKeys: store.readRecent(API_KEYS), accounts: store.readRecent(ACCOUNTS) });
  return { proveSender: proveSenderWith({ ...parts, proofs }), watch: watchSenders() };
}
