import type { Access } from '../access/access.ts';
import type { Clock } from '../clock/clock.ts';
import { policiesIn } from '../policies/policies.ts';
import { policySetsIn } from '../policies/policy-sets.ts';
import type { Store } from '../store/store.ts';

/** What the rooms about rights are assembled from. */
export interface AccessDomainParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

/** What there is to do with rights. No exchange needs any of it: it is loaded with the first request that does. */
export type AccessDomains = ReturnType<typeof accessDomainsIn>;

/** Joins the rooms about rights. */
export function accessDomainsIn({ store, access, clock }: AccessDomainParts) {
  const { grantsOf } = policySetsIn({ store });
  return { policies: policiesIn({ store, access, clock, grantsOf }) };
}
