import type { Access } from '../access/access.ts';
import type { Caller, Origin } from '../access/caller.ts';
import { ACCOUNTS } from '../accounts/account.ts';
import type { RequireAllowedAddress } from '../accounts/allowed-addresses.ts';
import { type AuthenticateApiKey, requireUsable } from '../api-keys/authenticate-api-key.ts';
import type { Clock } from '../clock/clock.ts';
import { addressBucketOf, type FailedAttempts } from '../limits/failed-attempts.ts';
import { ApiKeyUnknown } from '../problems/credential-problems.ts';
import { AccessDenied } from '../problems/entity-problems.ts';
import { isRefusal } from '../problems/is-refusal.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import {
  instanceCrn,
  instanceTarget,
  RESOURCE_INSTANCES,
  type ResourceInstance,
} from '../resource-instances/resource-instance.ts';
import type { Store } from '../store/store.ts';
import { INGESTION_KEYS, KIND_OF_TYPE } from './ingestion-key.ts';
import { logLinesOf } from './new-ingestion-key.ts';

/**
 * Who manages the keys of instances, and by which way, because they do not ask for the same rights (IBM Cloud docs, "Working with
 * ingestion keys"): by the service's own `configuration` it needs the platform role Viewer, by the `console`, where all else that an
 * instance has is managed too, Editor; either with the service role Manager. A `service-key` needs none: it is of one instance.
 */
export interface KeyManager extends Caller {
  readonly way: 'configuration' | 'console' | 'service-key';
  /** The one instance with whose keys it has to do, by its GUID or its cloud resource name; absent: any. */
  readonly instance?: string;
}

/** Somebody who proved a key of an instance. */
export type ServiceKeyHolder = KeyManager & { readonly instance: string };

/** What is done with the keys of an instance. */
export type KeyVerb = 'list' | 'create' | 'update' | 'delete';

/** Who reads a key again has all that making one gives: the console asks for the same. */
const ON_CONSOLE: Readonly<Record<KeyVerb, string>> = {
  list: 'resource-controller.credential.create',
  create: 'resource-controller.credential.create',
  update: 'resource-controller.credential.update',
  delete: 'resource-controller.credential.delete',
};
const IN_CONFIGURATION = 'resource-controller.instance.retrieve';

/** @throws AccessDenied, ParameterInvalid the instance takes no log lines, and has no such keys */
export async function requireManaging(
  access: Access,
  manager: KeyManager,
  instance: ResourceInstance,
  verb: KeyVerb,
): Promise<void> {
  const target = instanceTarget(instance);
  if (manager.way !== 'service-key') {
    const needed = manager.way === 'console' ? ON_CONSOLE[verb] : IN_CONFIGURATION;
    await access.require(manager, needed, target);
  }
  const logLines = logLinesOf(instance);
  if (logLines === undefined) throw new ParameterInvalid('instance', 'must be of a service that takes log lines');
  // Its own instance it has been asked for: who reads the instance looks at it.
  if (manager.way === 'service-key') return;
  const needed = { list: logLines.listKeys, create: logLines.createKeys, update: logLines.createKeys };
  await access.require(manager, verb === 'delete' ? logLines.deleteKeys : needed[verb], target);
}

/** @returns whether the caller may see the keys of an instance, by the console; for one call, in which it may be asked often */
export function keyViewerOf(access: Access, caller: Caller): (instance: ResourceInstance) => Promise<boolean> {
  const allows = access.allowsOften(caller);
  return async (instance) => {
    const target = instanceTarget(instance);
    const logLines = logLinesOf(instance);
    return logLines !== undefined && (await allows(ON_CONSOLE.list, target)) && allows(logLines.listKeys, target);
  };
}

/** @throws AccessDenied  its keys are refused now, and nothing is made for it */
export function requireActive({ state }: Pick<ResourceInstance, 'state'>): void {
  if (state === 'active') return;
  throw new AccessDenied('The resource instance is not active.', {
    details: `Its state is '${state}'; its keys are refused until it is active again.`,
  });
}

/**
 * Proves the holder of a service key.
 * @throws ApiKeyUnknown @throws ApiKeyDisabled @throws ApiKeyExpired @throws AddressNotAllowed
 * @throws AccessDenied  the instance is not active
 * @throws RateLimited   in place of another failure: too many were bad, from one address
 */
export type AuthenticateServiceKey = (secret: string, origin: Origin) => Promise<ServiceKeyHolder>;

/** What the authentication of service keys stands on. */
export interface AuthenticateServiceKeyParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly authenticateApiKey: AuthenticateApiKey;
  readonly requireAllowedAddress: RequireAllowedAddress;
  readonly failedAttempts: FailedAttempts;
}

/** Service keys are proven like all keys; who guesses is slowed down. */
export function authenticateServiceKeyWith(parts: AuthenticateServiceKeyParts): AuthenticateServiceKey {
  const { failedAttempts } = parts;
  return async (secret, origin) => {
    try {
      return await managerOf(parts, secret, origin);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // In place of the failure: a good key is not held up by whoever guesses behind the same address.
      const bucket = `address ${addressBucketOf(origin.address)}`;
      failedAttempts.check(bucket);
      failedAttempts.record(bucket);
      throw error;
    }
  };
}

async function managerOf(
  parts: AuthenticateServiceKeyParts,
  secret: string,
  origin: Origin,
): Promise<ServiceKeyHolder> {
  const { store, clock, authenticateApiKey, requireAllowedAddress } = parts;
  const apiKey = await authenticateApiKey(secret, [KIND_OF_TYPE.service]);
  const row = apiKey && (await store.read(INGESTION_KEYS).get(apiKey.id));
  // What is read now tells more than what was read lately: a key that another node has removed is gone here too.
  if (apiKey === undefined || row === undefined) throw new ApiKeyUnknown();
  requireUsable(apiKey, clock.now());
  const account = await store.readRecent(ACCOUNTS).get(apiKey.accountId);
  const instance = await store.readRecent(RESOURCE_INSTANCES).get(row.instanceId);
  if (account === undefined || instance?.accountId !== account.id) throw new ApiKeyUnknown();
  requireAllowedAddress(account, origin.address);
  requireActive(instance);
  const { iamId, accountId, id: apiKeyId } = apiKey;
  const { address, requestId, transactionId } = origin;
  return {
    ...{ iamId, accountId, apiKeyId, address, requestId, transactionId },
    ...{ way: 'service-key', instance: instanceCrn(instance) },
  };
}
