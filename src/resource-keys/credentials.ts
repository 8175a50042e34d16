import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import type { Grant } from '../access/grant.ts';
import { API_KEYS, type ApiKey } from '../api-keys/api-key.ts';
import { sealedSecretContext } from '../api-keys/new-api-key.ts';
import { withLivingOwner } from '../api-keys/owners.ts';
import { currentKeyOf, keysOfResourceKey, secretOfKey } from '../ingestion-keys/held-ingestion-key.ts';
import type { IngestionKeyType } from '../ingestion-keys/ingestion-key.ts';
import { logLinesOf } from '../ingestion-keys/new-ingestion-key.ts';
import type { PolicySets } from '../policies/policy-sets.ts';
import { serviceNamed } from '../resource-catalog/catalog.ts';
import { SEE_ALL_CREDENTIALS } from '../resource-catalog/instance-roles.ts';
import { actionsOfService } from '../resource-catalog/roles.ts';
import type { ServiceDefinition } from '../resource-catalog/service-definition.ts';
import { instanceTarget, type ResourceInstance } from '../resource-instances/resource-instance.ts';
import type { Sealing } from '../secrets/sealing.ts';
import { SERVICE_ID_REALM } from '../service-ids/service-id.ts';
import type { Store } from '../store/store.ts';
import { isOnlyOn, keyPolicy, onInstance } from './key-role.ts';
import type { ResourceKey } from './resource-key.ts';

/** What somebody is shown of the values of a key. */
export type Credentials =
  /** `redacted`: who looks may do less than the key, or it was shown once. `incomparable`: neither may do all that the other may. */
  | { readonly shown: false; readonly why: 'redacted' | 'incomparable' }
  | { readonly shown: true; readonly bundle: Bundle };

/** The values of a key. What somebody took away by hand is absent. */
export interface Bundle {
  readonly serviceId: string;
  readonly roleCrn?: string | undefined;
  readonly apiKey?: ShownApiKey | undefined;
  readonly ingestionKey?: string | undefined;
  readonly serviceKey?: string | undefined;
}

/** What a bundle shows of its API key. */
export type ShownApiKey = Pick<ApiKey, 'id' | 'name' | 'description'> & { readonly secret: string };

/** What the values are read with. */
export interface CredentialsParts {
  readonly store: Store;
  readonly access: Access;
  readonly sealing: Sealing;
  readonly policySets: PolicySets;
}

/** Shows the values of many keys to one caller, within one call. */
export type ShowCredentials = (key: ResourceKey, instance: ResourceInstance) => Promise<Credentials>;

const REDACTED = { shown: false, why: 'redacted' } as const;

/** @returns what shows the caller the values of keys, as far as they may do what the keys may */
export function credentialsFor(parts: CredentialsParts, caller: Caller): ShowCredentials {
  const judge = judgeFor(parts, caller);
  return async (key, instance) => {
    if (key.state !== 'active' || key.onetimeCredentials) return REDACTED;
    const why = await judge(key, instance);
    return why === undefined ? { shown: true, bundle: await bundleOf(parts, key) } : { shown: false, why };
  };
}

type Judge = (key: ResourceKey, instance: ResourceInstance) => Promise<'redacted' | 'incomparable' | undefined>;

/** Privilege growth: who reads the values can act as the key, for as long as it lives. */
function judgeFor({ access, policySets }: CredentialsParts, caller: Caller): Judge {
  const allows = access.allowsOften(caller);
  const holds = access.holdsOften(caller);

  return async (key, instance) => {
    const { accountId } = key;
    const iamId = `${SERVICE_ID_REALM}-${key.serviceId}`;
    // A stolen token of the key's own identity, which lives for an hour, must not show what outlives it.
    if (caller.iamId === iamId) return 'redacted';
    const target = instanceTarget(instance);
    const byRole = await grantsOfKey(policySets, key, instance);
    // What the identity was given elsewhere nobody comes to by rights on this instance.
    const given = (await policySets.policySetOf(accountId, iamId)).grants;
    const elsewhere = given.filter((grant) => !isOnlyOn(grant, instance));
    const here = [...byRole, ...given.filter((grant) => isOnlyOn(grant, instance))];
    const mayAllHere = await allows(SEE_ALL_CREDENTIALS, target);
    const toHold = mayAllHere ? elsewhere : [...elsewhere, ...here.map((grant) => onInstance(grant, instance))];
    if (await holds(accountId, toHold)) return undefined;
    if (mayAllHere) return 'redacted';
    return compared(instance, here, (action) => allows(action, target));
  };
}

/** What a key may do on its instance: by its role, and with its ingestion keys. */
async function grantsOfKey(
  policySets: PolicySets,
  { accountId, roleCrn, serviceId: iamId }: ResourceKey,
  instance: ResourceInstance,
): Promise<readonly Grant[]> {
  const said = roleCrn && keyPolicy(instance, { iamId, roleCrn, description: '' });
  const byRole = said ? await policySets.grantsOf(accountId, said.content) : [];
  const logLines = logLinesOf(instance);
  if (logLines === undefined) return byRole;
  const { listKeys, createKeys, deleteKeys } = logLines;
  return [
    ...byRole,
    { service: instance.service, actions: new Set([listKeys, createKeys, deleteKeys]), conditions: [] },
  ];
}

/** Whether who looks may do less than the key, or something that it may not. */
async function compared(
  instance: ResourceInstance,
  here: readonly Grant[],
  allows: (action: string) => Promise<boolean>,
): Promise<'redacted' | 'incomparable'> {
  const ofKey = new Set(here.flatMap(({ actions }) => [...actions]));
  const service = serviceNamed(instance.service);
  for (const action of service === undefined ? [] : comparable(service, ofKey)) {
    if (!ofKey.has(action) && (await allows(action))) return 'incomparable';
  }
  return 'redacted';
}

/** Rights to use an instance are not compared with rights to run it: everybody who sees keys has some of the latter. */
function comparable(service: ServiceDefinition, ofKey: ReadonlySet<string>): readonly string[] {
  const platform = new Set(
    [
      ...Object.values(service.platformRoles),
      ...(service.furtherPlatformRoles ?? []).map(({ actions }) => actions),
    ].flat(),
  );
  const kinds = new Set([...ofKey].map((action) => platform.has(action)));
  return [...actionsOfService(service)].filter((action) => kinds.has(platform.has(action)));
}

/** Reads the values as they are now: a rotated key is followed. */
async function bundleOf({ store, sealing }: CredentialsParts, key: ResourceKey): Promise<Bundle> {
  const [apiKey, ingestionKeys] = await Promise.all([
    store.read(API_KEYS).get(key.apiKeyId),
    keysOfResourceKey(store, key.id),
  ]);
  const [living] = apiKey === undefined ? [] : await withLivingOwner(store, [apiKey]);
  const secret = living?.sealedSecret && sealing.unseal(living.sealedSecret, sealedSecretContext(living.id));
  const currentValue = (type: IngestionKeyType): string | undefined => {
    const current = currentKeyOf(ingestionKeys, type);
    return current && secretOfKey(sealing, current);
  };
  return {
    serviceId: key.serviceId,
    roleCrn: key.roleCrn,
    apiKey: living && secret ? shownApiKey(living, secret) : undefined,
    ingestionKey: currentValue('ingestion'),
    serviceKey: currentValue('service'),
  };
}

/** @returns what of an API key a bundle shows, with its value */
export const shownApiKey = ({ id, name, description }: ApiKey, secret: string): ShownApiKey => ({
  ...{ id, name, description, secret },
});
