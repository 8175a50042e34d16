import type { Caller } from '../access/caller.ts';
import { API_KEYS, type ApiKey } from '../api-keys/api-key.ts';
import type { AuthenticateApiKey } from '../api-keys/authenticate-api-key.ts';
import { KEY_KIND_NAMES } from '../api-keys/key-kinds.ts';
import { addressBucketOf, type FailedAttempts } from '../limits/failed-attempts.ts';
import { NotFound } from '../problems/entity-problems.ts';
import type { IndexValue } from '../store/collection.ts';
import { readListing } from '../store/listing.ts';
import type { Page, PageRequest } from '../store/store.ts';
import type { KeyKeepers } from './key-keeper.ts';
import { type KeySightParts, keySightIn } from './key-sight.ts';
import { type KeyFilter, keyMatcher, type ListedKey } from './listed-key.ts';

/** One page of keys, the oldest first. */
export interface KeyListRequest extends KeyFilter {
  readonly after?: readonly IndexValue[] | undefined;
  readonly limit: number;
}

/**
 * The keys of every kind of the caller's account, as one list. Who may see a key, and do what with it, is as the room says that owns
 * its kind: what the caller may not see is left out, or answered as missing.
 */
export interface KeyList {
  /** A page may be short, even empty, and have a `next`: what may not be seen is left out after a bounded number of looks. */
  list(caller: Caller, request: KeyListRequest): Promise<Page<ListedKey>>;
  /**
   * The key of which this is the value, of whatever kind; `undefined`: there is none that the caller may see, or it is not wanted.
   * @throws RateLimited  too many values were none
   */
  findByValue(caller: Caller, value: string, filter?: KeyFilter): Promise<ListedKey | undefined>;
  /** @throws NotFound */
  get(caller: Caller, id: string): Promise<ListedKey>;
  /** Disabling ends it at once, also when it is locked. @throws NotFound, AccessDenied, EntityLocked on enabling */
  setDisabled(caller: Caller, id: string, disabled: boolean): Promise<ListedKey>;
  /** @throws NotFound, AccessDenied, EntityLocked on unlocking what acts as a locked service ID */
  setLocked(caller: Caller, id: string, locked: boolean): Promise<ListedKey>;
  /** It is refused when this returns. @throws NotFound, AccessDenied, EntityLocked @throws EntityInUse it goes with a resource key */
  remove(caller: Caller, id: string): Promise<void>;
}

/** What the list stands on. */
export interface KeyListParts extends KeySightParts {
  readonly authenticate: AuthenticateApiKey;
  readonly keepers: KeyKeepers;
  /** Counts values that were no key's: who could try without a limit could guess those that people choose. */
  readonly searchedValues: FailedAttempts;
}

/** How often a page is filled up, when what the caller may not see was left out. */
const ROUNDS = 5;

/** @returns the list over `store` */
export function keyListIn(parts: KeyListParts): KeyList {
  const { store, clock, keepers } = parts;
  const reader = store.read(API_KEYS);
  const sight = keySightIn(parts);

  const visible = async (caller: Caller, id: string): Promise<ListedKey> => {
    const apiKey = await reader.get(id);
    const [seen] = apiKey === undefined ? [] : await sight(caller, [apiKey]);
    if (seen === undefined) throw new NotFound('The key could not be found.');
    return seen;
  };
  const keeperOf = ({ kind }: ApiKey) => keepers[kind];

  return {
    async list(caller, { limit, after: begin, ...filter }) {
      const matches = keyMatcher(filter, clock.now());
      const seen: ListedKey[] = [];
      let after = begin;
      for (let round = 1; ; round += 1) {
        const wanted = limit - seen.length;
        const request = { after, limit: wanted };
        const { rows, next } = await readListing({
          reader,
          collection: API_KEYS,
          matches,
          ...way(caller, filter, request),
        });
        seen.push(...(await sight(caller, rows)));
        after = next;
        // A page with fewer rows than were asked for has looked at as many as may be.
        const isEnough = seen.length === limit || rows.length < wanted || round === ROUNDS;
        if (next === undefined || isEnough) return { rows: seen, next };
      }
    },

    async findByValue(caller, value, filter = {}) {
      const buckets = [`identity ${caller.iamId}`, `address ${addressBucketOf(caller.address)}`];
      for (const bucket of buckets) parts.searchedValues.check(bucket);
      const found = await keyOfValue(parts, value);
      // Authentication may know the key as it was a second ago; what is shown is read anew.
      const apiKey = found && (await reader.get(found.id));
      const [seen] = apiKey === undefined ? [] : await sight(caller, [apiKey]);
      if (seen === undefined) for (const bucket of buckets) parts.searchedValues.record(bucket);
      return seen !== undefined && keyMatcher(filter, clock.now())(seen.apiKey) ? seen : undefined;
    },

    get: visible,

    async setDisabled(caller, id, disabled) {
      const { apiKey } = await visible(caller, id);
      await keeperOf(apiKey).setDisabled(caller, apiKey, disabled);
      return visible(caller, id);
    },

    async setLocked(caller, id, locked) {
      const { apiKey } = await visible(caller, id);
      await keeperOf(apiKey).setLocked(caller, apiKey, locked);
      return visible(caller, id);
    },

    async remove(caller, id) {
      const { apiKey } = await visible(caller, id);
      await keeperOf(apiKey).remove(caller, apiKey);
    },
  };
}

/** The narrowest index; each is in the order of creation. */
function way({ accountId }: Caller, { owner, kinds }: KeyFilter, request: Omit<PageRequest, 'equals'>) {
  const [kind, ...others] = kinds ?? [];
  if (owner !== undefined) {
    return { index: 'ofIdentityByCreation', request: { ...request, equals: [accountId, owner] } } as const;
  }
  return kind !== undefined && others.length === 0
    ? ({ index: 'ofAccountByKind', request: { ...request, equals: [accountId, kind] } } as const)
    : ({ index: 'ofAccountByCreation', request: { ...request, equals: [accountId] } } as const);
}

/** One kind after the other: a text may have the form of several that are never asked for together. */
async function keyOfValue({ authenticate }: KeyListParts, value: string): Promise<ApiKey | undefined> {
  for (const kind of KEY_KIND_NAMES) {
    const found = await authenticate(value, [kind]);
    if (found !== undefined) return found;
  }
  return undefined;
}
