import type { Request } from 'express';
import type { CallerOf } from '../../http/api-answers.ts';
import { bearerTokenOf, credentialOfScheme } from '../../http/authorization.ts';
import type { ClientAddressOf } from '../../http/client-addresses.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import type { AuthenticateServiceKey, KeyManager } from '../../ingestion-keys/key-manager.ts';
import { CredentialsConflicting, CredentialsMissing } from '../../problems/credential-problems.ts';
import { NotFound } from '../../problems/entity-problems.ts';
import { ParameterMissing } from '../../problems/request-problems.ts';

/** What proves who manages the keys of an instance. */
export interface ConfigManagerParts {
  readonly callerOf: CallerOf;
  readonly authenticateServiceKey: AuthenticateServiceKey;
  readonly clientAddressOf: ClientAddressOf;
}

/** Who manages the keys, and of which one instance. */
export type ConfigManager = KeyManager & { readonly instance: string };

const CRN_HEADER = 'cloud-resource-name';

/**
 * Reads and proves the credential of a request: a service key, which is of one instance, or a bearer token together with the name of
 * the instance.
 * @throws CredentialsMissing @throws CredentialsConflicting @throws ParameterMissing a bearer token without an instance
 */
export async function configManagerOf(request: Request, parts: ConfigManagerParts): Promise<ConfigManager> {
  const secret = serviceKeyOf(request);
  const named = request.get(CRN_HEADER)?.trim() ?? '';
  const isBearer = bearerTokenOf(request) !== undefined;
  if (secret !== undefined && isBearer) throw conflicting();
  if (secret !== undefined) {
    const origin = { address: parts.clientAddressOf(request), ...requestNamesOf(request) };
    const manager = await parts.authenticateServiceKey(secret, origin);
    // Who names another instance than the key's does not mean the key's: for the key, there is no other.
    if (named !== '' && named !== manager.instance) throw new NotFound('The resource instance could not be found.');
    return manager;
  }
  if (!isBearer) throw missing();
  const caller = await parts.callerOf(request);
  if (named === '') throw new ParameterMissing(CRN_HEADER, { details: 'Send the CRN of the instance in this header.' });
  return { ...caller, way: 'configuration', instance: named };
}

/** @throws CredentialsConflicting  a filter in front of us may have looked at the other one (credential confusion) */
function serviceKeyOf(request: Request): string | undefined {
  const inHeader = request.get('servicekey')?.trim() || undefined;
  const asToken = credentialOfScheme(request, 'token');
  if (inHeader !== undefined && asToken !== undefined && inHeader !== asToken) throw conflicting();
  return inHeader ?? asToken;
}

const conflicting = (): CredentialsConflicting =>
  new CredentialsConflicting('The request carries two different credentials.', { details: 'Send one of them.' });

const missing = (): CredentialsMissing =>
  new CredentialsMissing('The request carries no credentials.', {
    details: 'Send the header servicekey, or Authorization: Bearer with cloud-resource-name.',
  });
