import { normalizedAddress } from '../http/ip-address.ts';
import type { Store } from '../store/store.ts';
import { ACCOUNTS, type Account } from './account.ts';
import { HOST_NAMES } from './host-name.ts';

/** By what a request tells of which tenant it is. */
export interface TenantNames {
  /**
   * From what may be a second old: no call of the store while it was asked for lately.
   * @param host as in the header `Host`, with or without a port @returns the account's id; `undefined`: it is no tenant's name
   */
  ofHost(host: string | undefined): Promise<string | undefined>;
  /** Not for every request: it reads the store. @param tenantId the account's UUID */
  ofTenantId(tenantId: string): Promise<Account | undefined>;
  /** @returns the account's UUID; what may be a second old, and costs no call of the store while it was asked for lately */
  tenantIdOf(accountId: string): Promise<string | undefined>;
}

/** @returns the names of the tenants in `store` */
export function tenantNamesIn(store: Store): TenantNames {
  const hostNames = store.readRecent(HOST_NAMES);
  return {
    async ofHost(host) {
      const name = host?.replace(/:[0-9]{1,5}$/, '').toLowerCase();
      // An address is no tenant's name, and not every back-end remembers what is not there.
      if (name === undefined || name === '' || isAddress(name)) return undefined;
      return (await hostNames.get(name))?.accountId;
    },
    ofTenantId: (tenantId) => store.read(ACCOUNTS).find('byTenant', [tenantId]),
    tenantIdOf: async (accountId) => (await store.readRecent(ACCOUNTS).get(accountId))?.tenantId,
  };
}

const isAddress = (name: string): boolean => normalizedAddress(name.replace(/^\[(.*)\]$/, '$1')) !== undefined;
