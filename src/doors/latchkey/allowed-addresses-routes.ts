import type { Router } from 'express';
import type { Accounts } from '../../accounts/accounts.ts';
import type { CallerOf } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { ALLOWED_ADDRESSES_PATH } from './allowed-addresses-operations.ts';

/** What the route stands on. */
export interface AllowedAddressesRouteParts {
  readonly accounts: Accounts;
  readonly callerOf: CallerOf;
}

/** `DELETE /latchkey/v1/accounts/{account_id}/allowed_ip_addresses`. */
export function allowedAddressesRoutes(router: Router, { accounts, callerOf }: AllowedAddressesRouteParts): void {
  methods(router, ALLOWED_ADDRESSES_PATH, {
    async DELETE(request, response) {
      await accounts.clearAllowedAddresses(await callerOf(request), request.params.account_id);
      response.status(204).end();
    },
  });
}
