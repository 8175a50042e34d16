import { auditedBy } from '../audit/audited-by.ts';
import type { Clock } from '../clock/clock.ts';
import { type Change, remove } from '../store/changes.ts';
import { unlessChanged } from '../store/overtaken.ts';
import type { Lease, Store } from '../store/store.ts';
import { API_KEYS, type ApiKey } from './api-key.ts';
import { apiKeyCrn, auditedApiKey } from './new-api-key.ts';

/** Each is two changes: the key and its audit record. */
const KEYS_PER_COMMIT = 50;
const COMMITS_PER_RUN = 20;

/**
 * Background work: removes the keys that expired, and were last changed, more than 90 days ago, locked or not (IBM Cloud
 * IAM Identity API, "API keys"). Their tokens ended with them, at the latest then, so nothing is cut off. Whatever was
 * committed is done, and the next run, of whichever process, goes on with what is left.
 */
export async function purgeExpiredKeys(store: Store, clock: Clock, under: Lease): Promise<void> {
  for (let commits = 0; commits < COMMITS_PER_RUN; commits += 1) {
    const { rows } = await store.read(API_KEYS).page('byPurge', { equals: [], limit: KEYS_PER_COMMIT });
    const due = rows.filter(({ purgeAt }) => purgeAt <= clock.now());
    if (due.length === 0) return;
    await removeAll(store, due, clock.now(), under);
    if (due.length < KEYS_PER_COMMIT) return;
  }
}

async function removeAll(store: Store, due: readonly ApiKey[], now: number, under: Lease): Promise<void> {
  const changes = due.flatMap((apiKey) => [remove(API_KEYS, apiKey), recorded(apiKey, now)]);
  // One that was changed at this moment may be wanted again.
  await unlessChanged(() => store.commit(changes, { under }));
}

/** The service itself does it: the record names nobody. */
const recorded = (apiKey: ApiKey, now: number): Change =>
  auditedBy(undefined, {
    at: now,
    action: 'iam-identity.apikey.purge',
    accountId: apiKey.accountId,
    target: apiKeyCrn(apiKey),
    targetId: apiKey.id,
    before: auditedApiKey(apiKey),
  });
