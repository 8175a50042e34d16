import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { API_KEYS, type ApiKey, purgeInstant } from '../api-keys/api-key.ts';
import type { AuthenticateApiKey } from '../api-keys/authenticate-api-key.ts';
import type { KeyKindName } from '../api-keys/key-kinds.ts';
import {
  type ApiKeyMakerParts,
  apiKeyCrn,
  auditedApiKey,
  type IssuedApiKey,
  newApiKey,
} from '../api-keys/new-api-key.ts';
import { expectOwner } from '../api-keys/owners.ts';
import { refuseLockedKey } from '../api-keys/refuse-locked.ts';
import type { AuditedChange } from '../audit/audit-event.ts';
import { auditedBy } from '../audit/audited-by.ts';
import type { Clock } from '../clock/clock.ts';
import { NotFound } from '../problems/entity-problems.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import { cutOff } from '../revocations/revocation.ts';
import { changeEntity } from '../store/change-entity.ts';
import { type Change, insert, remove } from '../store/changes.ts';
import type { IndexValue } from '../store/collection.ts';
import { type Listing, readListing } from '../store/listing.ts';
import type { Store } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { keySubject } from '../token-format/revocation-subjects.ts';
import { expectRoomForOne } from './key-limit.ts';

/** The kinds of key that belong to a tenant. */
export type TenantKeyKind = Extract<KeyKindName, 'log_reading' | 'tenant_program' | 'on_behalf' | 'public_key'>;

/** What the maker of a tenant's key chooses. */
export interface NewTenantKey {
  readonly kind: TenantKeyKind;
  readonly name: string;
  readonly description?: string | undefined;
  /** As whom it acts. Default: its maker. Whether it may be another, the room above has asked. */
  readonly iamId?: string | undefined;
  /** That identity is made in the same commit; default: it is there, and active. */
  readonly withNewIdentity?: boolean | undefined;
  readonly expiresAt?: number | undefined;
  readonly disabled?: boolean | undefined;
  /** Addresses and networks from which alone it is taken; whether they can be read, the room above has asked. */
  readonly addresses?: readonly string[] | undefined;
}

/** What may be changed later; an absent field stays as it is. */
export type TenantKeyChange = Partial<
  Pick<ApiKey, 'name' | 'description' | 'disabled' | 'locked' | 'iamId' | 'addresses'>
>;

/** One page of the keys of one kind of an account, the oldest first. */
export interface TenantKeyListRequest {
  readonly kind: TenantKeyKind;
  readonly after?: readonly IndexValue[] | undefined;
  readonly limit: number;
  /** How many are passed over first, for clients that page by numbers. Default: 0. */
  readonly skip?: number | undefined;
  readonly descending?: boolean | undefined;
}

/**
 * What else is committed with a change of a key: the rows of other rooms that belong to it. Asked anew when others were faster, so
 * that it may read what it changes.
 */
export type AlsoChanged = (apiKey: ApiKey) => readonly Change[] | Promise<readonly Change[]>;

/**
 * Keys of a tenant, of the caller's own account. Managing them needs a right over the account's identities, which Administrators have:
 * such a key has no owner who may look after it. Every function: @throws AccessDenied, NotFound (missing, another account's, or of
 * another kind).
 */
export interface TenantKeys {
  /**
   * @throws LimitReached @throws ParameterInvalid it would have expired already @throws NotFound the account has no such active identity
   * @throws EntityLocked the service ID is locked
   */
  create(caller: Caller, chosen: NewTenantKey, also?: AlsoChanged): Promise<IssuedApiKey>;
  get(caller: Caller, kind: TenantKeyKind, id: string): Promise<ApiKey>;
  /** The key of which this is the secret. */
  getBySecret(caller: Caller, kind: TenantKeyKind, secret: string): Promise<ApiKey>;
  list(caller: Caller, request: TenantKeyListRequest): Promise<Listing<ApiKey>>;
  /**
   * Disabling ends it at once, also when it is locked. @throws EntityLocked @throws NotFound no such active identity
   * @param ifMatch default: any version
   */
  update(caller: Caller, key: TenantKeyName, change: TenantKeyChange, also?: AlsoChanged): Promise<ApiKey>;
  /** Whether the caller may remove the key, locked or not. @throws AccessDenied */
  requireRemovable(caller: Caller, apiKey: Pick<ApiKey, 'id'>): Promise<void>;
  /** It is refused when this returns. @throws EntityLocked */
  remove(caller: Caller, kind: TenantKeyKind, id: string, also?: AlsoChanged): Promise<void>;
}

/** Which key. */
export interface TenantKeyName {
  readonly kind: TenantKeyKind;
  readonly id: string;
  /** An entity tag, or `*`. Default: `*`. */
  readonly ifMatch?: string | undefined;
  /** What its tokens were made from changes in another room, so that they end. Default: false. */
  readonly endsTokens?: boolean | undefined;
}

/** What the keys of tenants stand on. */
export interface TenantKeysParts extends ApiKeyMakerParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
  readonly authenticate: AuthenticateApiKey;
  /** @returns the CRN of the one role in which a key acts; `undefined`: with all that its identity may. Default: always so */
  readonly roleOf?: (apiKey: ApiKey) => Promise<string | undefined>;
}

/** @returns the keys of the tenants in `store` */
export function tenantKeysIn(parts: TenantKeysParts): TenantKeys {
  const { store, access, clock, authenticate, roleOf } = parts;
  const reader = store.read(API_KEYS);

  const requireRight = (caller: Caller, verb: Verb, resource?: string): Promise<void> => {
    const target = { accountId: caller.accountId, service: 'iam-identity', resourceType: 'tenantkey' };
    return access.require(caller, actionOf(verb), resource === undefined ? target : { ...target, resource });
  };

  const visible = async (caller: Caller, { kind, id }: TenantKeyName, verb: Verb): Promise<ApiKey> => {
    // First: who has no right learns of no key.
    await requireRight(caller, verb, id);
    const apiKey = await reader.get(id);
    if (apiKey?.accountId !== caller.accountId || apiKey.kind !== kind) throw notFound();
    return apiKey;
  };

  const record = (caller: Caller, verb: Verb, states: RecordedStates, key: ApiKey): Change =>
    auditedBy(caller, recordedChange(verb, states, key, clock.now()));
  const cutOffTokens = ({ id, accountId }: ApiKey, generation: number): Change =>
    cutOff(keySubject(id), generation, accountId, clock.now());

  return {
    create: (caller, { iamId = caller.iamId, withNewIdentity = false, ...chosen }, also) =>
      untilUndisturbed(async () => {
        const { accountId } = caller;
        await requireRight(caller, 'create');
        refuseExpired(chosen.expiresAt, clock.now());
        const owner = withNewIdentity ? [] : [await expectOwner(store, { accountId, iamId }, chosen)];
        const issued = newApiKey(parts, { ...chosen, accountId, iamId }, caller.iamId, clock.now());
        const { apiKey } = issued;
        const changes = [insert(API_KEYS, apiKey), record(caller, 'create', { after: apiKey }, apiKey)];
        const more = (await also?.(apiKey)) ?? [];
        const room = await expectRoomForOne(store, { accountId, kind: chosen.kind, more });
        await store.commit([...room, ...owner, ...changes, ...more]);
        return issued;
      }),

    get: (caller, kind, id) => visible(caller, { kind, id }, 'get'),

    async getBySecret(caller, kind, secret) {
      await requireRight(caller, 'get');
      const found = await authenticate(secret, [kind]);
      if (found === undefined) throw notFound();
      // Authentication may know the key as it was a second ago; what is shown is read anew.
      return visible(caller, { kind, id: found.id }, 'get');
    },

    async list(caller, { kind, descending = false, skip = 0, ...page }) {
      await requireRight(caller, 'list');
      const request = { ...page, skip, descending, equals: [caller.accountId, kind] };
      return readListing({ reader, collection: API_KEYS, index: 'ofAccountByKind', request });
    },

    update(caller, key, change, also) {
      let owner: readonly Change[] = [];
      return changeEntity({
        store,
        collection: API_KEYS,
        async read() {
          const before = await visible(caller, key, 'update');
          const { accountId } = before;
          const { iamId = before.iamId } = change;
          // Privilege growth: who brings a key back to life can act as its identity, as if it were new (R34).
          if (before.disabled && change.disabled === false) {
            await access.requireHeldBy(caller, accountId, iamId, await roleOf?.(before));
          }
          owner = iamId === before.iamId ? [] : [await expectOwner(store, { accountId, iamId }, before)];
          return before;
        },
        ifMatch: key.ifMatch ?? '*',
        next(before) {
          refuseLockedKey(before, change);
          // Whatever a token was made by, or decided with, has changed: a new one is made.
          const isOther = change.disabled === true || change.iamId !== undefined || change.addresses !== undefined;
          const ends = isOther || key.endsTokens === true;
          const modifiedAt = clock.now();
          const generation = before.generation + (ends ? 1 : 0);
          return { ...change, generation, modifiedAt, purgeAt: purgeInstant(before.expiresAt, modifiedAt) };
        },
        also: async (before, after) => [
          ...(after.generation > before.generation ? [cutOffTokens(after, after.generation)] : []),
          ...owner,
          record(caller, 'update', { before, after }, after),
          ...((await also?.(after)) ?? []),
        ],
      });
    },

    requireRemovable: (caller, { id }) => requireRight(caller, 'delete', id),

    // Who changes it meanwhile may have locked it: it is looked at again, because the lock must hold.
    remove: (caller, kind, id, also) =>
      untilUndisturbed(async () => {
        const apiKey = await visible(caller, { kind, id }, 'delete');
        refuseLockedKey(apiKey, {});
        const changes = planKeyRemoval(apiKey, { caller, at: clock.now() });
        await store.commit([...changes, ...((await also?.(apiKey)) ?? [])]);
      }),
  };
}

/** What can be done with such a key, each a right of its own. */
type Verb = 'create' | 'get' | 'list' | 'update' | 'delete';

const actionOf = (verb: Verb): string => `iam-identity.tenantkey.${verb}`;

interface RecordedStates {
  readonly before?: ApiKey;
  readonly after?: ApiKey;
}

const recordedChange = (verb: Verb, { before, after }: RecordedStates, key: ApiKey, at: number): AuditedChange => ({
  ...{ at, action: actionOf(verb), accountId: key.accountId, target: apiKeyCrn(key), targetId: key.id },
  ...{ before: before && auditedApiKey(before), after: after && auditedApiKey(after) },
});

/**
 * @returns what removes a key, ends its tokens and records it: three changes
 * @param caller `undefined`: the service itself does it
 */
export const planKeyRemoval = (
  apiKey: ApiKey,
  { caller, at }: { readonly caller: Caller | undefined; readonly at: number },
): readonly Change[] => [
  remove(API_KEYS, apiKey),
  cutOff(keySubject(apiKey.id), apiKey.generation + 1, apiKey.accountId, at),
  auditedBy(caller, recordedChange('delete', { before: apiKey }, apiKey, at)),
];

/** Such a key would be made in vain, and its maker hear of it when it is used. */
function refuseExpired(expiresAt: number | undefined, now: number): void {
  if (expiresAt !== undefined && expiresAt <= now) throw new ParameterInvalid('expiration', 'must be in the future');
}

const notFound = (): NotFound => new NotFound('The key could not be found.');
