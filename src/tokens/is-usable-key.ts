import type { ApiKey } from '../api-keys/api-key.ts';
import { requireUsable } from '../api-keys/authenticate-api-key.ts';
import type { Clock } from '../clock/clock.ts';
import { isRefusal } from '../problems/is-refusal.ts';
import type { LoadIdentityChain } from './identity-chain.ts';

/** Whether a key would be taken now, from some address: it is not disabled or expired, and as whom it acts is active. */
export type IsUsableKey = (apiKey: ApiKey) => Promise<boolean>;

/** What is asked of a key. */
export interface UsableKeysParts {
  readonly loadIdentityChain: LoadIdentityChain;
  readonly clock: Clock;
}

/** @returns the same checks as when a key is proven, for lists */
export function usableKeys({ loadIdentityChain, clock }: UsableKeysParts): IsUsableKey {
  return async (apiKey) => {
    try {
      requireUsable(apiKey, clock.now());
      await loadIdentityChain(apiKey, undefined);
      return true;
    } catch (failure) {
      if (isRefusal(failure)) return false;
      throw failure;
    }
  };
}
