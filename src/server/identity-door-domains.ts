import type { Access } from '../access/access.ts';
import { absentThings } from '../accounts/absent-things.ts';
import type { Clock } from '../clock/clock.ts';
import { useOfIn } from '../ingestion/ingestion-use.ts';
import { mfaStatusIn } from '../reports/mfa-status.ts';
import { reportsIn } from '../reports/reports.ts';
import { usageIn } from '../reports/usage.ts';
import { serviceIdGroupsIn } from '../service-ids/service-id-groups.ts';
import type { Store } from '../store/store.ts';
import { namedMembersIn } from '../users/named-members.ts';

/** What the domains of the identity door stand on. */
export interface IdentityDoorDomainParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

/** What only the identity door asks for, loaded with it: no exchange needs it. */
export function identityDoorDomainsIn(parts: IdentityDoorDomainParts) {
  return {
    reports: reportsIn(parts),
    mfaStatus: mfaStatusIn(parts),
    usage: usageIn(parts),
    namedMembers: namedMembersIn(parts),
    absentThings: absentThings(parts),
    serviceIdGroups: serviceIdGroupsIn(parts),
    linesSentWith: useOfIn(parts.store),
  };
}
