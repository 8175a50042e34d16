import type { ApiKey } from '../api-keys/api-key.ts';
import type { KeyKindName } from '../api-keys/key-kinds.ts';
import type { ResourceInstance } from '../resource-instances/resource-instance.ts';

/** What there is of a key of whatever kind, for those who may see it. */
export interface ListedKey {
  readonly apiKey: ApiKey;
  readonly owner: KeyOwner;
  readonly state: KeyState;
  /** Of keys that belong to a resource instance. */
  readonly instance: ResourceInstance | undefined;
  /** The resource key or binding with which it was made, and goes. */
  readonly resourceKeyId: string | undefined;
  readonly use: KeyUse | undefined;
}

/** As whom or what a key acts. */
export interface KeyOwner {
  readonly iamId: string;
  readonly kind: 'user' | 'service_id' | 'resource_instance';
  /** `undefined`: the caller may not know it. */
  readonly name: string | undefined;
}

/** Whether a key is taken. A disabled one is `disabled` also after its end, as its holder is told. */
export type KeyState = 'active' | 'disabled' | 'expired';

/** How often a key was used, as far as is written. */
export interface KeyUse {
  readonly count: number;
  readonly lastAt: number;
}

/** Which keys are wanted; what is absent is no matter. */
export interface KeyFilter {
  /** A part of the name, in whatever case. */
  readonly name?: string | undefined;
  /** The iam id as which it acts. */
  readonly owner?: string | undefined;
  readonly kinds?: readonly KeyKindName[] | undefined;
  readonly state?: KeyState | undefined;
}

/** @returns the state of a key at an instant */
export function keyStateOf({ disabled, expiresAt }: ApiKey, now: number): KeyState {
  if (disabled) return 'disabled';
  return expiresAt !== undefined && now >= expiresAt ? 'expired' : 'active';
}

/** @returns whether a key is one of those that are wanted at this instant */
export function keyMatcher({ name, owner, kinds, state }: KeyFilter, now: number): (apiKey: ApiKey) => boolean {
  const part = name?.toLowerCase();
  return (apiKey) =>
    (part === undefined || apiKey.name.toLowerCase().includes(part)) &&
    (owner === undefined || apiKey.iamId === owner) &&
    (kinds === undefined || kinds.includes(apiKey.kind)) &&
    (state === undefined || keyStateOf(apiKey, now) === state);
}
