import { ACCOUNTS } from '../../../src/accounts/account.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import type { Answer } from '../../harness/http-call.ts';
import type { RunningService } from '../../harness/running-service.ts';

/** A tenant with an owner. */
export interface GivenTokenTenant extends OtherAccount {
  /** The account's UUID. */
  readonly tenantId: string;
}

/** An API token. */
export interface GivenToken {
  readonly value: string;
  readonly id: string;
}

/** Makes a tenant. */
export async function givenTokenTenant(service: RunningService): Promise<GivenTokenTenant> {
  const account = await givenOtherAccount(service);
  const tenantId = (await service.store.read(ACCOUNTS).get(account.accountId))?.tenantId ?? '';
  return { ...account, tenantId };
}

/** Makes an API token as the owner of the tenant, or with the bearer token of somebody else. @throws when it is refused */
export async function givenToken(
  service: RunningService,
  tenant: GivenTokenTenant,
  { token, ...json }: { readonly token?: string; readonly expiration?: string } = {},
): Promise<GivenToken> {
  const bearer = token ?? (await tenant.ownerToken());
  const made = await service.call('POST', '/api/admin/createApiToken', { token: bearer, json: { name: 'p', ...json } });
  if (made.status !== 200) throw new Error(`no API token: ${made.text}`);
  const listed = await tokensOf(service, tenant);
  return { value: made.body.token, id: listed.at(-1)?.['id'] ?? '' };
}

/** All API tokens of the tenant, as its owner sees them. */
export async function tokensOf(service: RunningService, tenant: GivenTokenTenant) {
  const token = await tenant.ownerToken();
  const { body } = await service.call('GET', '/api/admin/getTokens?maxResults=1000', { token });
  // Safe: what a list is made of is asked by the tests that read it.
  return body as readonly Readonly<Record<string, string>>[];
}

/** Searches all data sources with these headers. */
export const searched = (service: RunningService, headers: Readonly<Record<string, string>>): Promise<Answer> =>
  service.call('POST', '/jas/datasource/search', { headers, json: { query: {} } });
