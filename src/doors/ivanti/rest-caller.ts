import type { Request } from 'express';
import type { Caller, Origin } from '../../access/caller.ts';
import type { Account } from '../../accounts/account.ts';
import type { TenantNames } from '../../accounts/tenant-names.ts';
import type { ApiKey } from '../../api-keys/api-key.ts';
import type { CallerOf } from '../../http/api-answers.ts';
import type { ClientAddressOf } from '../../http/client-addresses.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import type { ActInRole } from '../../key-groups/act-in-role.ts';
import { AccountMismatch } from '../../problems/credential-problems.ts';
import type { ProveKey, ProvenKey } from '../../tokens/prove-key.ts';
import type { WhoAmI } from '../../users/who-am-i.ts';
import { type RestApiKeyOptions, restApiKeyOf } from './rest-api-key.ts';

/** Who makes a request. */
export interface RestCaller {
  /** In the role of the key, if it has one. */
  readonly caller: Caller;
  readonly tenant: Pick<Account, 'id' | 'tenantId' | 'name'>;
  readonly person: { readonly name: string; readonly email?: string | undefined };
  /** Absent: a bearer token asks. */
  readonly apiKey?: ApiKey;
}

/** What proves callers. */
export interface RestCallerParts extends RestApiKeyOptions {
  readonly proveKey: ProveKey;
  readonly tenantNames: Pick<TenantNames, 'ofHost'>;
  readonly actInRole: ActInRole;
  readonly whoAmI: WhoAmI;
  readonly callerOf: CallerOf;
  readonly clientAddressOf: ClientAddressOf;
}

/**
 * Proves who asks, by a key or by a bearer token, at a host name of the same tenant or of none.
 * @throws CredentialsMissing, AccountMismatch, AccessDenied, and what `ProveKey` and `CallerOf` throw
 */
export async function restCallerOf(request: Request, parts: RestCallerParts): Promise<RestCaller> {
  const { proveKey, tenantNames, actInRole, callerOf, clientAddressOf } = parts;
  const secret = restApiKeyOf(request, parts);
  const accountOfHost = await tenantNames.ofHost(request.headers.host);
  if (secret === undefined) return bearerCaller(parts, await callerOf(request), accountOfHost);
  const origin: Origin = { address: clientAddressOf(request), ...requestNamesOf(request) };
  const proven = await proveKey(secret, 'on_behalf', origin, ({ account }) => requireTenant(accountOfHost, account.id));
  const { account: tenant, apiKey } = proven;
  return { caller: await actInRole(proven.caller), tenant, apiKey, person: personOf(proven) };
}

async function bearerCaller(
  { whoAmI }: RestCallerParts,
  caller: Caller,
  accountOfHost: string | undefined,
): Promise<RestCaller> {
  requireTenant(accountOfHost, caller.accountId);
  const { name, email, accounts } = await whoAmI(caller);
  const tenant = accounts.find(({ id }) => id === caller.accountId);
  if (tenant === undefined) throw new AccountMismatch('The account of the token is gone.');
  return { caller, tenant, person: { name, email } };
}

/** A host name of a tenant is a wall: keys of another one are not even tried behind it. @throws AccountMismatch */
function requireTenant(accountOfHost: string | undefined, accountId: string): void {
  if (accountOfHost === undefined || accountOfHost === accountId) return;
  throw new AccountMismatch('The credential is of another tenant than the host name.');
}

const personOf = ({ identity }: ProvenKey): RestCaller['person'] =>
  identity.kind === 'user' ? identity.user : { name: identity.serviceId.name };
