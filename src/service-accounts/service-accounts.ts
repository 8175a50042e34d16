import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { API_KEYS, type ApiKey } from '../api-keys/api-key.ts';
import { apiKeyCrn } from '../api-keys/new-api-key.ts';
import { withLivingOwner } from '../api-keys/owners.ts';
import { type AuditedState, audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { EntityLocked, NotFound } from '../problems/entity-problems.ts';
import { SERVICE_IDS, type ServiceId } from '../service-ids/service-id.ts';
import type { ServiceIds } from '../service-ids/service-ids.ts';
import { type Change, expectUnchanged, insert, remove, replace } from '../store/changes.ts';
import type { IndexValue } from '../store/collection.ts';
import { firstEntityTag, nextEntityTag } from '../store/entity-tag.ts';
import type { Page, Store } from '../store/store.ts';
import type { TenantKeyChange, TenantKeys } from '../tenant-keys/tenant-keys.ts';
import type { PublicKey } from './public-keys.ts';
import { SERVICE_ACCOUNTS, type ServiceAccount, serviceAccountAction } from './service-account.ts';

/** What the maker of a service account chooses. */
export interface NewServiceAccount {
  readonly name: string;
  readonly description: string;
  readonly active: boolean;
  readonly scopes: readonly string[];
  readonly keys: readonly PublicKey[];
}

/** What may be changed later; an absent field stays as it is. */
export type ServiceAccountChange = {
  readonly [Field in keyof NewServiceAccount]?: NewServiceAccount[Field] | undefined;
};

/** A service account: its own row, and its key, which has its name, state and entity tag. */
export interface DescribedServiceAccount {
  readonly apiKey: ApiKey;
  readonly serviceAccount: ServiceAccount;
}

/**
 * Programs of an account that prove themselves by what they sign: a service ID, its public key and what it may ask for, all or none.
 * Every function: @throws AccessDenied, NotFound (missing, or another account's).
 */
export interface ServiceAccounts {
  /** @throws LimitReached */
  create(caller: Caller, chosen: NewServiceAccount): Promise<DescribedServiceAccount>;
  get(caller: Caller, id: string): Promise<DescribedServiceAccount>;
  /** The oldest first. */
  list(
    caller: Caller,
    request: { after?: readonly IndexValue[]; limit: number },
  ): Promise<Page<DescribedServiceAccount>>;
  /**
   * Its tokens end with other keys, other scopes, or when it is made inactive.
   * @param ifMatch an entity tag, or `*` @throws EntityTagStale @throws EntityLocked
   */
  update(caller: Caller, id: string, change: ServiceAccountChange, ifMatch: string): Promise<DescribedServiceAccount>;
  /** Ends it, its service ID and all their tokens at once. @returns as it was @throws EntityLocked */
  remove(caller: Caller, id: string): Promise<DescribedServiceAccount>;
}

/** What the service accounts stand on. */
export interface ServiceAccountsParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
  readonly tenantKeys: TenantKeys;
  readonly serviceIds: Pick<ServiceIds, 'plan' | 'planRemoval'>;
}

const KIND = 'public_key';

/** @returns the service accounts of `store`; who may, the rooms of their parts ask first */
export function serviceAccountsIn(parts: ServiceAccountsParts): ServiceAccounts {
  const { store, access, clock, tenantKeys, serviceIds } = parts;
  const reader = store.read(SERVICE_ACCOUNTS);

  const existing = async (caller: Caller, id: string): Promise<DescribedServiceAccount> => {
    // What it is, its own token may know: it has just been proven by the very key that is read.
    const isItself = caller.apiKeyId === id;
    const apiKey = isItself ? await store.read(API_KEYS).get(id) : await tenantKeys.get(caller, KIND, id);
    const living = apiKey?.kind === KIND && apiKey.accountId === caller.accountId ? apiKey : undefined;
    const [serviceAccount, owned] = await Promise.all([reader.get(id), withLivingOwner(store, living ? [living] : [])]);
    const [shown] = owned;
    if (shown === undefined || serviceAccount === undefined) throw notFound();
    return { apiKey: shown, serviceAccount };
  };

  const record = (caller: Caller, verb: string, apiKey: ApiKey, states: Pick<Recorded, 'before' | 'after'>): Change =>
    audited(caller, {
      ...{ at: clock.now(), action: serviceAccountAction(verb), accountId: apiKey.accountId },
      ...{ target: apiKeyCrn(apiKey), targetId: apiKey.id },
      ...{
        before: states.before && auditedAccount(states.before),
        after: states.after && auditedAccount(states.after),
      },
    });

  /** What changes beside the key, as it is at this moment. */
  const changesOf = async (
    caller: Caller,
    apiKey: ApiKey,
    change: ServiceAccountChange,
  ): Promise<readonly Change[]> => {
    const [before, serviceId] = await Promise.all([
      reader.get(apiKey.id),
      store.read(SERVICE_IDS).find('byIamId', [apiKey.iamId]),
    ]);
    if (before === undefined || serviceId === undefined || serviceId.state !== 'active') throw notFound();
    // A lock keeps an identity as it is, and another key would open it to somebody more.
    if (serviceId.locked) throw new EntityLocked('The service ID is locked.', { details: 'Unlock it first.' });
    const { keys = before.keys, scopes = before.scopes, name } = change;
    const after: ServiceAccount = { ...before, keys, scopes, entityTag: nextEntityTag(before.entityTag) };
    const renamed = { ...serviceId, entityTag: nextEntityTag(serviceId.entityTag), modifiedAt: clock.now() };
    const isRenamed = name !== undefined && name !== serviceId.name;
    // Privilege growth: the name is that of the service ID, which has a right of its own.
    if (isRenamed) await requireRenaming(access, caller, serviceId);
    return [
      replace(SERVICE_ACCOUNTS, after, before.entityTag),
      isRenamed
        ? replace(SERVICE_IDS, { ...renamed, name }, serviceId.entityTag)
        : expectUnchanged(SERVICE_IDS, serviceId),
      record(caller, 'update', apiKey, { before, after }),
    ];
  };

  return {
    async create(caller, { name, description, active, scopes, keys }) {
      const { accountId } = caller;
      const { serviceId, changes } = await serviceIds.plan(caller, { accountId, name, description });
      const rowOf = ({ id, iamId, createdAt }: ApiKey): ServiceAccount => ({
        ...{ id, entityTag: firstEntityTag(), accountId, iamId, keys, scopes, createdAt },
      });
      const acting = { iamId: serviceId.iamId, withNewIdentity: true };
      const chosen = { kind: KIND, name, description, ...acting, disabled: !active } as const;
      const { apiKey } = await tenantKeys.create(caller, chosen, (made) => [
        ...changes,
        insert(SERVICE_ACCOUNTS, rowOf(made)),
        record(caller, 'create', made, { after: rowOf(made) }),
      ]);
      return { apiKey, serviceAccount: rowOf(apiKey) };
    },

    get: existing,

    async list(caller, request) {
      const { rows: apiKeys, next } = await tenantKeys.list(caller, { kind: KIND, ...request });
      const living = await withLivingOwner(store, apiKeys);
      const page = await reader.page('byAccount', { ...request, equals: [caller.accountId] });
      const known = new Map(page.rows.map((row) => [row.id, row]));
      const rows = await Promise.all(
        living.map(async (apiKey) => {
          // Both have one order; only what a removed service ID has left behind may have moved them apart.
          const serviceAccount = known.get(apiKey.id) ?? (await reader.get(apiKey.id));
          return serviceAccount === undefined ? [] : [{ apiKey, serviceAccount }];
        }),
      );
      return { rows: rows.flat(), next };
    },

    async update(caller, id, change, ifMatch) {
      const { keys, scopes, active } = change;
      const before = await tenantKeys.get(caller, KIND, id);
      // Privilege growth: whoever gives it a key, or wakes it, can act as its service ID (R34).
      const isWidened = keys !== undefined || scopes !== undefined || active === true;
      if (isWidened) await access.requireHeldBy(caller, before.accountId, before.iamId);
      const endsTokens = keys !== undefined || scopes !== undefined;
      await tenantKeys.update(caller, { kind: KIND, id, ifMatch, endsTokens }, keyChange(change), (apiKey) =>
        changesOf(caller, apiKey, change),
      );
      return existing(caller, id);
    },

    async remove(caller, id) {
      const { apiKey, serviceAccount } = await existing(caller, id);
      const serviceIdOf = apiKey.iamId.slice(SERVICE_ID_PREFIX.length);
      await tenantKeys.remove(caller, KIND, id, async () => {
        const row = await reader.get(id);
        const ended = await serviceIds.planRemoval(caller, serviceIdOf);
        if (row === undefined) return ended;
        return [...ended, remove(SERVICE_ACCOUNTS, row), record(caller, 'delete', apiKey, { before: row })];
      });
      return { apiKey, serviceAccount };
    },
  };
}

const requireRenaming = (access: Access, caller: Caller, { accountId, id }: ServiceId): Promise<void> =>
  access.require(caller, 'iam-identity.serviceid.update', {
    ...{ accountId, service: 'iam-identity', resourceType: 'serviceid', resource: id },
  });

const SERVICE_ID_PREFIX = 'iam-';

/** What of a change stands in the key itself. */
const keyChange = ({ name, description, active }: ServiceAccountChange): TenantKeyChange => ({
  ...(name !== undefined && { name }),
  ...(description !== undefined && { description }),
  ...(active !== undefined && { disabled: !active }),
});

interface Recorded {
  readonly before?: ServiceAccount;
  readonly after?: ServiceAccount;
}

/** What the audit record keeps: which keys by their names or beginnings, which are no secrets. */
const auditedAccount = ({ scopes, keys }: ServiceAccount): AuditedState => ({
  scopes,
  keys: keys.map(({ kid, n, x }) => kid ?? (n ?? x ?? '').slice(0, 16)),
});

const notFound = (): NotFound => new NotFound('The service account could not be found.');
