import type { Access, Target } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { type AuditedChange, audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import type { FailedAttempts } from '../limits/failed-attempts.ts';
import { AccessDenied, EntityLocked, NotFound } from '../problems/entity-problems.ts';
import { cutOff } from '../revocations/revocation.ts';
import type { Sealing } from '../secrets/sealing.ts';
import type { SecretDigests } from '../secrets/secret-digests.ts';
import type { NewServiceId } from '../service-ids/new-service-id.ts';
import type { ServiceId } from '../service-ids/service-id.ts';
import type { ServiceIds } from '../service-ids/service-ids.ts';
import { changeEntity } from '../store/change-entity.ts';
import { type Change, insert, remove } from '../store/changes.ts';
import type { IndexValue } from '../store/collection.ts';
import { type Listing, readListing } from '../store/listing.ts';
import type { Store } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { keySubject } from '../token-format/revocation-subjects.ts';
import { isUser } from '../users/is-user.ts';
import { API_KEY_ORDERS, API_KEYS, type ApiKey, type ApiKeyOrder, purgeInstant } from './api-key.ts';
import type { AuthenticateApiKey } from './authenticate-api-key.ts';
import { type ApiKeyChange, changedKey, widensKey } from './change-api-key.ts';
import { chosenValuesIn } from './chosen-values.ts';
import { actsAsIdentity } from './key-kinds.ts';
import {
  type ApiKeyOwner,
  apiKeyCrn,
  auditedApiKey,
  type IssuedApiKey,
  type NewApiKey,
  newApiKey,
  sealedSecretContext,
} from './new-api-key.ts';
import { expectOwner, withLivingOwner } from './owners.ts';
import { goesWithResourceKey, type ResourceKeyOf } from './part-of-resource-key.ts';
import { requireUserKeyCreation } from './user-key-creation.ts';

/** One page of the keys of an account, or of one identity in it. */
export interface ApiKeyListRequest {
  readonly accountId: string;
  /** Only the keys of this identity; `undefined`: of the whole account, which needs a right of its own. */
  readonly iamId: string | undefined;
  readonly order: ApiKeyOrder;
  readonly descending: boolean;
  readonly after?: readonly IndexValue[] | undefined;
  readonly limit: number;
  /** Only keys of which this is true; absent: all. */
  readonly matches?: ((apiKey: ApiKey) => boolean) | undefined;
}

/** What may be done with API keys. Every function: @throws AccessDenied, NotFound (missing, or another account's). */
export interface ApiKeys {
  /**
   * @throws ParameterInvalid the identity may not have such a key @throws EntityLocked the service ID is locked
   * @throws EntityExists another key has the chosen value
   */
  create(caller: Caller, chosen: NewApiKey & ApiKeyOwner): Promise<IssuedApiKey>;
  /** Makes a service ID and its first key in one commit. */
  createWithServiceId(
    caller: Caller,
    serviceId: NewServiceId,
    apiKey: NewApiKey,
  ): Promise<IssuedApiKey & { readonly serviceId: ServiceId }>;
  get(caller: Caller, id: string): Promise<ApiKey>;
  /** The key of which this is the secret, if it is the caller's to see. */
  getBySecret(caller: Caller, secret: string): Promise<ApiKey>;
  list(caller: Caller, request: ApiKeyListRequest): Promise<Listing<ApiKey>>;
  /** @param ifMatch an entity tag, or `*` @throws EntityTagStale @throws EntityLocked */
  update(caller: Caller, id: string, change: ApiKeyChange, ifMatch: string): Promise<ApiKey>;
  /** Ends the key and all its tokens at once. @throws EntityLocked @throws EntityTagStale @throws EntityInUse it goes with a resource key */
  remove(caller: Caller, id: string): Promise<void>;
  setLocked(caller: Caller, id: string, locked: boolean): Promise<ApiKey>;
  /** Disabling ends all tokens at once, also of a locked key: incident first. @throws EntityLocked on enabling */
  setDisabled(caller: Caller, id: string, disabled: boolean): Promise<ApiKey>;
  /** @returns the stored value of a key that was asked for with one, if the caller may see it; `undefined` otherwise */
  storedSecret(caller: Caller, apiKey: ApiKey): Promise<string | undefined>;
}

/** What the API keys stand on. */
export interface ApiKeysParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
  readonly digests: SecretDigests;
  readonly sealing: Sealing;
  readonly serviceIds: ServiceIds;
  readonly authenticate: AuthenticateApiKey;
  readonly resourceKeyOf: ResourceKeyOf;
  /** Counts chosen values that were taken. */
  readonly takenValues: FailedAttempts;
}

/** @returns the API keys of `store` */
export function apiKeysIn(parts: ApiKeysParts): ApiKeys {
  const { store, access, clock, sealing, serviceIds, authenticate } = parts;
  const reader = store.read(API_KEYS);
  const chosenValues = chosenValuesIn(parts);

  const requireRight = (caller: Caller, verb: Verb, target: KeyTarget) =>
    access.require(caller, actionOf(verb), { service: 'iam-identity', resourceType: 'apikey', ...target });

  const visible = async (caller: Caller, apiKey: ApiKey | undefined, verb: Verb): Promise<ApiKey> => {
    // One answer for "missing" and "another account's": ids of other tenants cannot be probed. So for the keys of instances,
    // which have rooms, and rights, of their own.
    if (apiKey?.accountId !== caller.accountId || !actsAsIdentity(apiKey)) throw notFound();
    await requireRight(caller, verb, targetOf(apiKey));
    const [living] = await withLivingOwner(store, [apiKey]);
    if (living === undefined) throw notFound();
    return living;
  };

  /** Privilege growth: who reads the value can act as the identity (R34). */
  const holdsAllOf = async (caller: Caller, { accountId, iamId }: ApiKey): Promise<boolean> => {
    try {
      await access.requireHeldBy(caller, accountId, iamId);
      return true;
    } catch (error) {
      if (error instanceof AccessDenied) return false;
      throw error;
    }
  };

  const record = (verb: Verb, before: ApiKey | undefined, after: ApiKey | undefined, key: ApiKey): AuditedChange => ({
    at: clock.now(),
    action: actionOf(verb),
    accountId: key.accountId,
    target: apiKeyCrn(key),
    targetId: key.id,
    before: before && auditedApiKey(before),
    after: after && auditedApiKey(after),
  });

  const cutOffTokens = ({ id, accountId }: ApiKey, generation: number): Change =>
    cutOff(keySubject(id), generation, accountId, clock.now());

  const edit = (caller: Caller, id: string, { verb, ifMatch = '*', widens, next }: Edit): Promise<ApiKey> =>
    changeEntity({
      store,
      collection: API_KEYS,
      async read() {
        const apiKey = await visible(caller, await reader.get(id), verb);
        const widened = widens?.(apiKey) === true;
        if (widened) await requireRight(caller, 'extend', targetOf(apiKey));
        // Privilege growth: who brings a key back to life can act as its identity, as if it were new (R34).
        if (widened || verb === 'enable') await access.requireHeldBy(caller, apiKey.accountId, apiKey.iamId);
        return apiKey;
      },
      ifMatch,
      next(before) {
        const [change, modifiedAt] = [next(before), clock.now()];
        return { ...change, modifiedAt, purgeAt: purgeInstant(change.expiresAt ?? before.expiresAt, modifiedAt) };
      },
      also: (before, after) => [
        ...(after.generation > before.generation ? [cutOffTokens(after, after.generation)] : []),
        audited(caller, record(verb, before, after, after)),
      ],
    });

  const issue = (caller: Caller, chosen: NewApiKey & ApiKeyOwner): IssuedApiKey & { changes: readonly Change[] } => {
    const issued = newApiKey(parts, chosen, caller.iamId, clock.now());
    const { apiKey } = issued;
    return {
      ...issued,
      changes: [insert(API_KEYS, apiKey), audited(caller, record('create', undefined, apiKey, apiKey))],
    };
  };

  return {
    async create(caller, chosen) {
      await requireRight(caller, 'create', { accountId: chosen.accountId, ownerIamId: chosen.iamId });
      // Privilege growth: a key is all that its identity holds, and its maker knows the value (R34).
      await access.requireHeldBy(caller, chosen.accountId, chosen.iamId);
      await requireUserKeyCreation(parts, caller, chosen);
      // The owner may be renamed meanwhile, or removed: then there is nobody to make a key for.
      return untilUndisturbed(async () => {
        const owner = await expectOwner(store, chosen, chosen);
        const { apiKey, secret, changes } = issue(caller, chosen);
        await chosenValues.commit(caller, chosen.accountId, chosen.value, [owner, ...changes]);
        return { apiKey, secret };
      });
    },

    createWithServiceId: (caller, chosenServiceId, chosenKey) =>
      untilUndisturbed(async () => {
        const { serviceId, changes: serviceIdChanges } = await serviceIds.plan(caller, chosenServiceId);
        const { accountId, iamId } = serviceId;
        await requireRight(caller, 'create', { accountId });
        const { apiKey, secret, changes } = issue(caller, { ...chosenKey, accountId, iamId });
        await chosenValues.commit(caller, accountId, chosenKey.value, [...serviceIdChanges, ...changes]);
        return { serviceId, apiKey, secret };
      }),

    get: async (caller, id) => visible(caller, await reader.get(id), 'get'),

    async getBySecret(caller, secret) {
      const found = await authenticate(secret);
      // Authentication may know the key as it was a second ago; what is shown is read anew.
      return visible(caller, found && (await reader.get(found.id)), 'get');
    },

    async list(caller, { accountId, iamId, order, matches: wanted, ...page }) {
      await requireRight(caller, 'list', { accountId, ...(iamId !== undefined && { ownerIamId: iamId }) });
      const orders = API_KEY_ORDERS[order];
      const index = iamId === undefined ? orders.account : orders.identity;
      const equals = iamId === undefined ? [accountId] : [accountId, iamId];
      const request = { ...page, equals };
      // Among those of one identity there are none of instances.
      const shown = (apiKey: ApiKey) => actsAsIdentity(apiKey) && wanted?.(apiKey) !== false;
      const matches = iamId === undefined ? shown : wanted;
      const listing = await readListing({ reader, collection: API_KEYS, index, request, matches });
      return { ...listing, rows: await withLivingOwner(store, listing.rows) };
    },

    update: (caller, id, change, ifMatch) =>
      edit(caller, id, {
        verb: 'update',
        ifMatch,
        widens: (before) => widensKey(before, change),
        next: (before) => {
          refuseLocked(before);
          return changedKey(before, change, clock.now());
        },
      }),

    // Who changes it meanwhile may have locked it: it is looked at again, because the lock must hold.
    remove: (caller, id) =>
      untilUndisturbed(async () => {
        const apiKey = await visible(caller, await reader.get(id), 'delete');
        refuseLocked(apiKey);
        // Users have none: a resource key acts as a service ID.
        const resourceKeyId = isUser(apiKey.iamId) ? undefined : await parts.resourceKeyOf(apiKey.id);
        if (resourceKeyId !== undefined) throw goesWithResourceKey(resourceKeyId);
        const changes = [remove(API_KEYS, apiKey), cutOffTokens(apiKey, apiKey.generation + 1)];
        await store.commit([...changes, audited(caller, record('delete', apiKey, undefined, apiKey))]);
      }),

    setLocked: (caller, id, locked) => edit(caller, id, { verb: locked ? 'lock' : 'unlock', next: () => ({ locked }) }),

    setDisabled: (caller, id, disabled) =>
      edit(caller, id, {
        verb: disabled ? 'disable' : 'enable',
        next: (before) => {
          if (!disabled) refuseLocked(before);
          return { disabled, generation: before.generation + (disabled ? 1 : 0) };
        },
      }),

    async storedSecret(caller, apiKey) {
      const { id, sealedSecret } = apiKey;
      if (sealedSecret === undefined) return undefined;
      // A stolen token of the key's own identity must not show the key itself, which outlives the token.
      const target = { service: 'iam-identity', resourceType: 'apikey', ...targetOf(apiKey) };
      if (!(await access.allows(caller, actionOf('reveal'), target))) return undefined;
      if (!(await holdsAllOf(caller, apiKey))) return undefined;
      return sealing.unseal(sealedSecret, sealedSecretContext(id));
    },
  };
}

/** What can be done with a key, each a right of its own. `extend`: whatever makes a key last longer or do more. */
type Verb =
  | 'create'
  | 'get'
  | 'reveal'
  | 'list'
  | 'update'
  | 'extend'
  | 'delete'
  | 'lock'
  | 'unlock'
  | 'disable'
  | 'enable';

type KeyTarget = Omit<Target, 'service' | 'resourceType'>;

const actionOf = (verb: Verb): string => `iam-identity.apikey.${verb}`;

const targetOf = ({ accountId, id, iamId }: ApiKey): KeyTarget => ({ accountId, resource: id, ownerIamId: iamId });

/** One change of a key. A generation that grows ends the tokens of the old one. */
interface Edit {
  readonly verb: Verb;
  readonly ifMatch?: string;
  /** Whether the change needs the right `extend` as well. */
  readonly widens?: (before: ApiKey) => boolean;
  readonly next: (before: ApiKey) => Partial<ApiKey>;
}

const notFound = (): NotFound => new NotFound('The API key could not be found.');

function refuseLocked({ locked }: ApiKey): void {
  if (locked) throw new EntityLocked('The API key is locked.', { details: 'Unlock it first.' });
}
