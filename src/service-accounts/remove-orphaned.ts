import type { ServiceId } from '../service-ids/service-id.ts';
import { remove } from '../store/changes.ts';
import { unlessChanged } from '../store/overtaken.ts';
import type { Lease, Store } from '../store/store.ts';
import { SERVICE_ACCOUNTS } from './service-account.ts';

const ROWS_PER_COMMIT = 100;

/** Background work: removes some of what was kept of a service ID that was removed by itself. @returns whether nothing is left */
export async function removeServiceAccountsOf(
  store: Store,
  { accountId, iamId }: Pick<ServiceId, 'accountId' | 'iamId'>,
  under: Lease,
): Promise<boolean> {
  const request = { equals: [accountId, iamId], limit: ROWS_PER_COMMIT };
  const { rows } = await store.read(SERVICE_ACCOUNTS).page('byIdentity', request);
  if (rows.length === 0) return true;
  const changes = rows.map((row) => remove(SERVICE_ACCOUNTS, row));
  await unlessChanged(() => store.commit(changes, { under }));
  return false;
}
