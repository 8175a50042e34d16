import type { Request } from 'express';
import type { TenantNames } from '../../accounts/tenant-names.ts';
import { AccountMismatch } from '../../problems/credential-problems.ts';
import { ParameterInvalid } from '../../problems/request-problems.ts';

/** The tenant that a request names. */
export type NamedTenant = (request: Request) => Promise<string | undefined>;

/** The header in which clients of this system name a tenant: by the account's UUID. */
export const TENANT_HEADER = 'x-tenant-id';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Tells the tenant id of a request.
 * @returns in lower case; `undefined` without the header
 * @throws ParameterInvalid  it is no UUID, or stands there twice
 */
export function tenantIdOf({ headers }: Pick<Request, 'headers'>): string | undefined {
  const given = headers[TENANT_HEADER];
  if (given === undefined) return undefined;
  // Two of them are one text with a comma, which is no UUID: nobody may check the one and use the other (header confusion).
  const tenantId = String(given).trim().toLowerCase();
  if (!UUID.test(tenantId)) throw new ParameterInvalid(TENANT_HEADER, 'must be one UUID');
  return tenantId;
}

/**
 * @returns a function that tells of which account a request is by its host name, else by `x-tenant-id`; `undefined`: it names none. A
 *   tenant id that nobody has is answered as it is: it is the id of no account, and refused as one of which the user is no member
 */
export function namedTenantBy(tenantNames: TenantNames): NamedTenant {
  return async (request) => {
    const tenantId = tenantIdOf(request);
    const ofHost = await tenantNames.ofHost(request.headers.host);
    if (tenantId === undefined) return ofHost;
    const named = (await tenantNames.ofTenantId(tenantId))?.id ?? tenantId;
    if (ofHost === undefined || ofHost === named) return named;
    throw new AccountMismatch(`The header ${TENANT_HEADER} names another tenant than the host name.`);
  };
}
