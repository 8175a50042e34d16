import { randomUUID } from 'node:crypto';
import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { API_KEYS } from '../api-keys/api-key.ts';
import { type ApiKeyMakerParts, newApiKey } from '../api-keys/new-api-key.ts';
import { expectOwner } from '../api-keys/owners.ts';
import type { Clock } from '../clock/clock.ts';
import { parseCrn } from '../crn/crn.ts';
import { logLinesOf, type PlannedIngestionKey, planIngestionKey } from '../ingestion-keys/new-ingestion-key.ts';
import { expectationsOf, refuseTooMany } from '../policies/expectations.ts';
import { newPolicy, samenessOf } from '../policies/new-policy.ts';
import { POLICIES, type Policy } from '../policies/policy.ts';
import type { PolicySets } from '../policies/policy-sets.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import type { ResourceInstance } from '../resource-instances/resource-instance.ts';
import { targetCrnOf } from '../resource-instances/target-crn.ts';
import { newServiceId } from '../service-ids/new-service-id.ts';
import { SERVICE_IDS, type ServiceId } from '../service-ids/service-id.ts';
import { type Change, insert, replace } from '../store/changes.ts';
import { firstEntityTag, nextEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { type Bundle, shownApiKey } from './credentials.ts';
import { keyPolicy, keyRole, onInstance } from './key-role.ts';
import { expectSource, type KeySource } from './key-source.ts';
import { type Doing, RECORDS } from './made-parts.ts';
import { RESOURCE_KEYS, type ResourceKey, resourceKeyCrn } from './resource-key.ts';

/** What the maker of a key chooses. */
export interface NewResourceKey extends Pick<ResourceKey, 'kind' | 'parameters'> {
  /** Absent: one is made up. */
  readonly name?: string | undefined;
  /** A name or a CRN; absent: none. */
  readonly role?: string | undefined;
  /** The CRN of a service ID of the account, as which the key acts; absent: one is made. */
  readonly serviceIdCrn?: string | undefined;
  /** Of a binding: the CRN of what uses it. */
  readonly target?: string | undefined;
}

/** What keys are made with. */
export interface KeyMakerParts extends ApiKeyMakerParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
  readonly policySets: PolicySets;
}

/** A key that is not stored yet, and its values. */
export interface PlannedKey {
  readonly key: ResourceKey;
  readonly bundle: Bundle;
  readonly changes: readonly Change[];
}

/**
 * Plans everything that a key is made of, for one commit: all or none. Its maker needs no right to make service IDs or policies,
 * but gives nothing that they do not hold (R34).
 * @throws ParameterInvalid  the role or the service ID is unknown @throws EntityLocked  the service ID is locked
 * @throws LimitReached  the service ID has as many policies as it may @throws Gone  the source was deleted
 */
export async function planResourceKey(
  parts: KeyMakerParts,
  caller: Caller,
  chosen: NewResourceKey,
  source: KeySource,
): Promise<PlannedKey> {
  const { instance } = source;
  const { accountId } = instance;
  const expected = expectSource(source);
  const targetCrn = chosen.target === undefined ? undefined : readTarget(chosen.target);
  const doing: Doing = { caller, now: parts.clock.now() };
  const id = randomUUID();
  const description = `Auto-generated for key ${resourceKeyCrn({ kind: chosen.kind, id }, instance)}`;
  const name = chosen.name ?? `${chosen.kind}-${id}`;
  const actsAs = await identityOf(parts, { caller, chosen, description, id, accountId, doing });
  const { iamId } = actsAs.serviceId;
  const given = await policyOf(parts, { caller, chosen, description, source, actsAs, doing });
  const keyChoice = { accountId, iamId, name, description, storeValue: !instance.onetimeCredentials };
  const issued = newApiKey(parts, keyChoice, caller.iamId, doing.now);
  const key: ResourceKey = {
    ...{ id, entityTag: firstEntityTag(), kind: chosen.kind, accountId, sourceId: source.id },
    sourceKind: source.alias === undefined ? 'instance' : 'alias',
    ...{ instanceId: instance.id, resourceGroupId: instance.resourceGroupId, name, parameters: chosen.parameters },
    ...(given !== undefined && { roleCrn: given.roleCrn, policyId: given.policy.id }),
    ...(targetCrn !== undefined && { targetCrn }),
    ...{ apiKeyId: issued.apiKey.id, serviceId: actsAs.serviceId.id, madeServiceId: actsAs.isNew },
    madePolicy: given?.isNew ?? false,
    ...{ onetimeCredentials: instance.onetimeCredentials, state: 'active' },
    ...{ createdAt: doing.now, createdBy: caller.iamId, modifiedAt: doing.now, modifiedBy: caller.iamId },
  };
  const lines = ingestionKeysOf(parts, caller, key, instance);
  const changes = [
    ...expected,
    ...actsAs.changes,
    ...(given?.changes ?? []),
    ...[insert(API_KEYS, issued.apiKey), RECORDS.apiKey(doing, { verb: 'create', after: issued.apiKey })],
    ...lines.flatMap((planned) => planned.changes),
    ...[insert(RESOURCE_KEYS, key), RECORDS.key(doing, instance, { verb: 'create', after: key })],
  ];
  const [ingestionKey, serviceKey] = lines.map(({ secret }) => secret);
  const apiKey = shownApiKey(issued.apiKey, issued.secret);
  const bundle = { serviceId: key.serviceId, roleCrn: key.roleCrn, apiKey, ingestionKey, serviceKey };
  return { key, bundle, changes };
}

function readTarget(target: string): string {
  const crn = targetCrnOf(target);
  if (crn === undefined) throw new ParameterInvalid('target', 'must be a CRN');
  return crn;
}

/** @returns the key that sends lines and the one that manages such keys; none where no lines are taken */
function ingestionKeysOf(
  parts: KeyMakerParts,
  caller: Caller,
  { id: resourceKeyId, name, onetimeCredentials }: ResourceKey,
  instance: ResourceInstance,
): readonly PlannedIngestionKey[] {
  if (logLinesOf(instance) === undefined) return [];
  const storeValue = !onetimeCredentials;
  return (['ingestion', 'service'] as const).map((type) =>
    planIngestionKey(parts, { instance, type, name, resourceKeyId, storeValue }, caller, parts.clock.now()),
  );
}

/** As what the key acts. */
interface Identity {
  readonly serviceId: ServiceId;
  readonly isNew: boolean;
  readonly changes: readonly Change[];
}

interface IdentityParts {
  readonly caller: Caller;
  readonly chosen: NewResourceKey;
  readonly description: string;
  /** That of the resource key. */
  readonly id: string;
  readonly accountId: string;
  readonly doing: Doing;
}

async function identityOf(
  { store, access }: KeyMakerParts,
  { caller, chosen, description, id, accountId, doing }: IdentityParts,
): Promise<Identity> {
  if (chosen.serviceIdCrn === undefined) {
    // By its name whoever lists service IDs sees where it belongs.
    const name = `auto-generated-serviceId-${id}`;
    const serviceId = newServiceId({ accountId, name, description }, caller.iamId, doing.now);
    const record = RECORDS.serviceId(doing, { verb: 'create', after: serviceId });
    return { serviceId, isNew: true, changes: [insert(SERVICE_IDS, serviceId), record] };
  }
  const serviceId = await existingServiceId(store, accountId, chosen.serviceIdCrn);
  const { iamId } = serviceId;
  const target = { accountId, service: 'iam-identity', resourceType: 'apikey', ownerIamId: iamId };
  await access.require(caller, 'iam-identity.apikey.create', target);
  // Privilege growth: a key is all that its identity holds, and its maker knows the value (R34).
  await access.requireHeldBy(caller, accountId, iamId);
  return { serviceId, isNew: false, changes: [await expectOwner(store, { accountId, iamId }, { name: '' })] };
}

/** @throws ParameterInvalid  one answer for "missing", "another account's" and what is no service ID */
async function existingServiceId(store: Store, accountId: string, named: string): Promise<ServiceId> {
  const crn = parseCrn(named);
  const isServiceId = crn?.service === 'iam-identity' && crn.resourceType === 'serviceid';
  const serviceId = isServiceId ? await store.read(SERVICE_IDS).get(crn.resource) : undefined;
  if (serviceId?.accountId !== accountId || serviceId.state !== 'active') {
    throw new ParameterInvalid('serviceid_crn', 'must be the CRN of a service ID of the account');
  }
  return serviceId;
}

/** What gives the role. */
interface Given {
  readonly roleCrn: string;
  readonly policy: Policy;
  readonly isNew: boolean;
  readonly changes: readonly Change[];
}

interface GivenParts extends Pick<IdentityParts, 'caller' | 'chosen' | 'description' | 'doing'> {
  readonly source: KeySource;
  readonly actsAs: Identity;
}

async function policyOf(
  { store, access, policySets }: KeyMakerParts,
  { caller, chosen, description, source, actsAs, doing }: GivenParts,
): Promise<Given | undefined> {
  const { instance } = source;
  const { accountId } = instance;
  const roleCrn = await keyRole(store, instance, chosen.role);
  if (roleCrn === undefined) return undefined;
  const said = keyPolicy(instance, { iamId: actsAs.serviceId.iamId, roleCrn, description });
  const grants = await policySets.grantsOf(accountId, said.content);
  await access.requireHeld(
    caller,
    accountId,
    grants.map((grant) => onInstance(grant, instance)),
  );
  const expected = await expectationsOf(store, accountId, said);
  if (!actsAs.isNew) {
    const existing = await store.read(POLICIES).find('bySameness', [accountId, samenessOf(said.type, said.content)]);
    if (existing !== undefined) {
      // Touched, and not only expected: the key with which it was made, when it is removed now, must see this one.
      const touched = { ...existing, entityTag: nextEntityTag(existing.entityTag) };
      const changes = [...expected, replace(POLICIES, touched, existing.entityTag)];
      return { roleCrn, policy: existing, isNew: false, changes };
    }
    await refuseTooMany(store, accountId, said);
  }
  const policy = newPolicy(accountId, said, caller.iamId, doing.now);
  const record = RECORDS.policy(doing, { verb: 'create', after: policy });
  return { roleCrn, policy, isNew: true, changes: [...expected, insert(POLICIES, policy), record] };
}
