import type { Request } from 'express';
import type { Caller } from '../../access/caller.ts';
import type { TenantNames } from '../../accounts/tenant-names.ts';
import { bareCredentialOf } from '../../http/authorization.ts';
import type { ClientAddressOf } from '../../http/client-addresses.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import { AccountMismatch, CredentialsConflicting, CredentialsMissing } from '../../problems/credential-problems.ts';
import { RequestMalformed } from '../../problems/request-problems.ts';
import type { ProveKey } from '../../tokens/prove-key.ts';
import type { BearerOf } from './bearer.ts';
import { TENANT_HEADER, tenantIdOf } from './named-tenant.ts';

/** What proves a program of a tenant. */
export interface TokenReaderParts {
  readonly bearerOf: BearerOf;
  readonly proveKey: ProveKey;
  readonly tenantNames: TenantNames;
  readonly clientAddressOf: ClientAddressOf;
}

/** Who asks, and of which tenant it is. */
export interface TenantProgram {
  readonly caller: Caller;
  /** The account's UUID. */
  readonly tenantId: string;
}

/**
 * Proves the credential of a request: an API token, or a bearer token of a user.
 * @throws CredentialsMissing      there is none, or no tenant id where it must stand beside a key
 * @throws CredentialsConflicting  there are two that differ
 * @throws AccountMismatch         it is good, and of another tenant than the one that is named
 */
export type TenantProgramOf = (request: Request) => Promise<TenantProgram>;

const KEY_HEADER = 'x-api-key';
// Linear: one class.
const KEY = /^[A-Za-z0-9\-._~+/=]+$/;

/**
 * @param naming  whether a key is half of the credential, of which the tenant's id is the other
 * @returns the reader of routes that take API tokens
 */
export function tokenReader(parts: TokenReaderParts, naming: 'tenant required' | 'tenant optional'): TenantProgramOf {
  return async (request) => {
    const key = keyOf(request);
    const named = tenantIdOf(request);
    if (key === undefined) return bearerProgram(parts, request, named);
    if (named === undefined && naming === 'tenant required') throw tenantMissing();
    const origin = { address: parts.clientAddressOf(request), ...requestNamesOf(request) };
    const accountOfHost = await parts.tenantNames.ofHost(request.headers.host);
    // Only who holds the right key hears that it is of another tenant.
    const { account, caller } = await parts.proveKey(key, 'tenant_program', origin, (proven) => {
      requireTenant(proven.account.tenantId, named);
      // A host name of a tenant is a wall: keys of another one open nothing behind it.
      if (accountOfHost !== undefined && accountOfHost !== proven.account.id) {
        throw new AccountMismatch('The key is of another tenant than the host name.');
      }
    });
    return { caller, tenantId: account.tenantId };
  };
}

async function bearerProgram(
  { bearerOf, tenantNames }: TokenReaderParts,
  request: Request,
  named: string | undefined,
): Promise<TenantProgram> {
  const { caller } = await bearerOf(request);
  const tenantId = await tenantNames.tenantIdOf(caller.accountId);
  if (tenantId === undefined) throw otherTenant();
  requireTenant(tenantId, named);
  return { caller, tenantId };
}

/**
 * Refuses a key beside an administrator's bearer token: a filter in front of us may have looked at the other one (credential
 * confusion).
 * @throws CredentialsConflicting @throws RequestMalformed
 */
export function refuseKeyBeside(request: Request): void {
  if (keyInHeader(request) !== undefined && request.get('authorization') !== undefined) throw conflicting();
}

/** The key of a request; `undefined`: it carries none, but may carry a bearer token. */
function keyOf(request: Request): string | undefined {
  const inHeader = keyInHeader(request);
  const bare = bareCredentialOf(request);
  if (inHeader === undefined) return bare;
  if (bare === inHeader) return bare;
  if (request.get('authorization')?.trim()) throw conflicting();
  return inHeader;
}

function keyInHeader(request: Request): string | undefined {
  const key = request.get(KEY_HEADER)?.trim();
  if (key === undefined || key === '') return undefined;
  // Two such headers come as one text with a comma: nobody may check the one and use the other (header confusion).
  if (!KEY.test(key)) throw new RequestMalformed(`The header ${KEY_HEADER} must be one key.`);
  return key;
}

function requireTenant(own: string, named: string | undefined): void {
  if (named !== undefined && named !== own) throw otherTenant();
}

const otherTenant = (): AccountMismatch =>
  new AccountMismatch(`The credential is not of the tenant that ${TENANT_HEADER} names.`);

const tenantMissing = (): CredentialsMissing =>
  new CredentialsMissing('The request carries a key without its tenant.', {
    details: `Send the tenant's id in the header ${TENANT_HEADER}.`,
  });

const conflicting = (): CredentialsConflicting =>
  new CredentialsConflicting('The request carries two different credentials.', { details: 'Send one of them.' });
