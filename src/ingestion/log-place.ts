import { AccessDenied } from '../problems/entity-problems.ts';
import type { ResourceInstance } from '../resource-instances/resource-instance.ts';

/**
 * Where lines go, decided: the instance that takes them, and who sends them. Made by `authenticate` from an ingestion key, or by a
 * door from an identity whose right to send was decided.
 */
export interface LogPlace {
  readonly instance: ResourceInstance;
  /** That of the instance. */
  readonly accountId: string;
  /** The key with which the sender proved itself, also by a token that was made from it. */
  readonly keyId: string;
  /** Absent: an ingestion key, which acts as nobody. */
  readonly iamId?: string | undefined;
}

/**
 * Asked for everything that is sent, because an instance may end while its senders go on.
 * @throws AccessDenied  the instance is not active; only who has a right to it is told so
 */
export function requireTakesLines({ state }: Pick<ResourceInstance, 'state'>): void {
  if (state === 'active') return;
  throw new AccessDenied('The resource instance takes no log lines now.', {
    details: `Its state is '${state}'; only an active one takes lines.`,
  });
}
