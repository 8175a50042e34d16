import type { Store } from '../store/store.ts';
import { ACCOUNTS, type Account } from './account.ts';
import { HOST_NAMES } from './host-name.ts';

/** By what a request tells of which tenant it is. */
export interface TenantNames {
  /** @param host as in the header `Host`, with or without a port @returns the account's id; `undefined`: it is no tenant's name */
  ofHost(host: string | undefined): Promise<string | undefined>;
  /** @param tenantId the account's UUID */
  ofTenantId(tenantId: string): Promise<Account | undefined>;
}

/** Not for every request: it reads the store. */
export function tenantNamesIn(store: Store): TenantNames {
  return {
    async ofHost(host) {
      const name = host?.replace(/:[0-9]{1,5}$/, '').toLowerCase();
      if (name === undefined || name === '') return undefined;
      return (await store.read(HOST_NAMES).get(name))?.accountId;
    },
    ofTenantId: (tenantId) => store.read(ACCOUNTS).find('byTenant', [tenantId]),
  };
}
