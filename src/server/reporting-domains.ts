import type { Access } from '../access/access.ts';
import type { Clock } from '../clock/clock.ts';
import { mfaStatusIn } from '../reports/mfa-status.ts';
import { reportsIn } from '../reports/reports.ts';
import { usageIn } from '../reports/usage.ts';
import type { Store } from '../store/store.ts';

/** What reporting stands on. */
export interface ReportingParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

/** What only the identity door asks for, loaded with it: no exchange needs it. */
export function reportingDomainsIn(parts: ReportingParts) {
  return { reports: reportsIn(parts), mfaStatus: mfaStatusIn(parts), usage: usageIn(parts) };
}
