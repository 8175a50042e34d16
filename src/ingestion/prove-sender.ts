import type { Access } from '../access/access.ts';
import type { Origin } from '../access/caller.ts';
import { ACCOUNTS } from '../accounts/account.ts';
import type { RequireAllowedAddress } from '../accounts/allowed-addresses.ts';
import { API_KEYS } from '../api-keys/api-key.ts';
import { requireUsable } from '../api-keys/authenticate-api-key.ts';
import type { Clock } from '../clock/clock.ts';
import { AccountMismatch, ApiKeyUnknown } from '../problems/credential-problems.ts';
import { AccessDenied, NotFound } from '../problems/entity-problems.ts';
import { serviceNamed } from '../resource-catalog/catalog.ts';
import { instanceTarget, RESOURCE_INSTANCES, type ResourceInstance } from '../resource-instances/resource-instance.ts';
import type { RecentReader, Store } from '../store/store.ts';
import type { AuthenticateSender } from './authenticate-sender.ts';
import type { LogPlace } from './log-place.ts';

/** By what somebody proves to be allowed to send: a token, or a key (of the instance, or of an identity). */
export type SenderCredential = { readonly token: string } | { readonly key: string };

/** Who may send lines to one instance, and is asked again as long as it goes on. */
export interface Sender {
  readonly place: LogPlace;
  /** Senders of the same name stand and fall together. Not a secret. */
  readonly name: string;
  /**
   * From memory: may it still?
   * @throws what `ProveSender` throws, and StoreUnavailable when it cannot be known
   */
  requireStill(): Promise<void>;
}

/**
 * Proves that a credential may send to an instance that takes lines from identities.
 * @param instanceId its GUID
 * @throws NotFound      there is no active one, or it is another account's, or not that of the key: one answer for all
 * @throws AccessDenied  the identity may not send to it
 * @throws what the proof of the credential throws
 */
export type ProveSender = (credential: SenderCredential, instanceId: string, origin: Origin) => Promise<Sender>;

/** A credential that was proven; `tokens` makes them. */
interface Proof {
  readonly iamId: string;
  readonly accountId: string;
  readonly apiKeyId: string;
  readonly name: string;
  requireStill(): Promise<void>;
}

/** What the proof of senders stands on. */
export interface ProveSenderParts {
  readonly store: Store;
  readonly access: Pick<Access, 'allowsLately'>;
  readonly clock: Clock;
  /** By a key of an instance. */
  readonly authenticateSender: AuthenticateSender;
  readonly proofs: {
    byToken(token: string, address: string): Promise<Proof>;
    byKey(secret: string, accountId: string | undefined, origin: Origin): Promise<Proof>;
  };
  readonly requireAllowedAddress: RequireAllowedAddress;
}

/** Nothing of it needs the store while what it asks for was asked lately. */
export function proveSenderWith(parts: ProveSenderParts): ProveSender {
  const { store, authenticateSender } = parts;
  const instances = store.readRecent(RESOURCE_INSTANCES);

  return async (credential, instanceId, origin) => {
    if ('key' in credential) {
      const place = await authenticateSender(credential.key, origin.address);
      if (place !== undefined) return ownSender(parts, instances, place, instanceId, origin.address);
    }
    const named = await instances.get(instanceId);
    const proof = await provenFor(parts, credential, named, origin);
    const instance = sendable(named, proof.accountId);
    const requireAllowed = async (current: ResourceInstance): Promise<void> => {
      // `sendable` has found the action.
      const action = sendActionOf(current) ?? '';
      if (await parts.access.allowsLately(proof, action, instanceTarget(current))) return;
      throw new AccessDenied('You are not authorized to send logs to this instance.', {
        details: `Missing right: ${action}. The role Sender gives it.`,
      });
    };
    await requireAllowed(instance);
    return {
      place: { instance, accountId: instance.accountId, keyId: proof.apiKeyId, iamId: proof.iamId },
      name: `${proof.name} ${instance.id}`,
      async requireStill() {
        await proof.requireStill();
        await requireAllowed(sendable(await instances.get(instance.id), proof.accountId));
      },
    };
  };
}

async function provenFor(
  { proofs }: ProveSenderParts,
  credential: SenderCredential,
  named: ResourceInstance | undefined,
  origin: Origin,
): Promise<Proof> {
  if ('token' in credential) return proofs.byToken(credential.token, origin.address);
  try {
    // A user's key works in every account of which the user is a member: it is the instance that says in which.
    return await proofs.byKey(credential.key, named?.accountId, origin);
  } catch (failure) {
    if (failure instanceof AccountMismatch) throw missing();
    throw failure;
  }
}

type Instances = Pick<RecentReader<ResourceInstance, never>, 'get'>;

/** A key of an instance has its right from itself, and only there. */
function ownSender(
  { store, clock, requireAllowedAddress }: ProveSenderParts,
  instances: Instances,
  place: LogPlace,
  instanceId: string,
  address: string,
): Sender {
  if (place.instance.id !== instanceId) throw missing();
  sendable(place.instance, place.accountId);
  return {
    place,
    name: `${place.keyId} ${address}`,
    async requireStill() {
      const apiKey = await store.readRecent(API_KEYS).get(place.keyId);
      if (apiKey === undefined) throw new ApiKeyUnknown();
      requireUsable(apiKey, clock.now());
      const account = await store.readRecent(ACCOUNTS).get(place.accountId);
      if (account === undefined) throw new ApiKeyUnknown();
      requireAllowedAddress(account, address);
      sendable(await instances.get(instanceId), place.accountId);
    },
  };
}

/** @throws NotFound also for what exists elsewhere: whoever may not see it does not learn that it does (tenant isolation) */
function sendable(instance: ResourceInstance | undefined, accountId: string): ResourceInstance {
  if (instance === undefined || instance.accountId !== accountId) throw missing();
  if (instance.state !== 'active' || sendActionOf(instance) === undefined) throw missing();
  return instance;
}

const sendActionOf = ({ service }: ResourceInstance): string | undefined =>
  serviceNamed(service)?.instances?.logLines?.send;

const missing = (): NotFound =>
  new NotFound('There is no such log instance.', {
    details: 'It must be active, and of the account of the credential.',
  });
