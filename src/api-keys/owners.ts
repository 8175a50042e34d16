import { EntityLocked, NotFound } from '../problems/entity-problems.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import { SERVICE_IDS } from '../service-ids/service-id.ts';
import { type Change, expectUnchanged } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { isUser } from '../users/is-user.ts';
import { MEMBERSHIPS, membershipId } from '../users/user.ts';
import type { ApiKey } from './api-key.ts';
import type { ApiKeyOwner, NewApiKey } from './new-api-key.ts';

/**
 * Finds the identity for which a key is to be made.
 * @returns the change that fails the commit if the identity goes away meanwhile, so that no key outlives its owner
 * @throws NotFound         the account has no such active identity
 * @throws EntityLocked     the service ID is locked
 * @throws ParameterInvalid the identity may not have such a key
 */
export async function expectOwner(
  store: Store,
  { accountId, iamId }: ApiKeyOwner,
  { storeValue, supportSessions }: NewApiKey,
): Promise<Change> {
  if (isUser(iamId)) {
    if (storeValue === true) throw new ParameterInvalid('store_value', 'must be false for the key of a user');
    const membership = await store.read(MEMBERSHIPS).get(membershipId(accountId, iamId));
    if (membership?.state !== 'active') throw noSuchIdentity();
    return expectUnchanged(MEMBERSHIPS, membership);
  }
  if (supportSessions === true) throw new ParameterInvalid('support_sessions', 'must be false for a service ID');
  const serviceId = await store.read(SERVICE_IDS).find('byIamId', [iamId]);
  if (serviceId?.accountId !== accountId || serviceId.state !== 'active') throw noSuchIdentity();
  // A lock keeps an identity as it is, and with a new key it would open to one holder more.
  if (serviceId.locked) throw new EntityLocked('The service ID is locked.', { details: 'Unlock it first.' });
  return expectUnchanged(SERVICE_IDS, serviceId);
}

/**
 * Leaves out the keys of removed service IDs: such a key has gone with its owner, also before the background job reaches
 * it, so that a read follows the removal at once.
 * @returns the others, in their order
 */
export async function withLivingOwner(store: Store, apiKeys: readonly ApiKey[]): Promise<readonly ApiKey[]> {
  const ownerIds = new Set(apiKeys.map(({ iamId }) => iamId).filter((iamId) => !isUser(iamId)));
  const owners = await Promise.all([...ownerIds].map((iamId) => store.read(SERVICE_IDS).find('byIamId', [iamId])));
  const living = new Set(owners.filter((owner) => owner?.state === 'active').map((owner) => owner?.iamId));
  return apiKeys.filter(({ iamId }) => isUser(iamId) || living.has(iamId));
}

const noSuchIdentity = (): NotFound =>
  new NotFound('The identity could not be found.', {
    details: 'iam_id must name an active user or service ID of the account.',
  });
