import { INSTALLATION_ID } from '../accounts/account.ts';
import { auditedBy } from '../audit/audited-by.ts';
import type { Clock } from '../clock/clock.ts';
import { formatCrn } from '../crn/crn.ts';
import type { SigningKeyEvent } from '../signing-keys/change-signing-keys.ts';
import type { Change } from '../store/changes.ts';

/** The audit records of changes of signing keys. The service itself, or its operator on the machine, makes them. */
export function signingKeysRecorded(clock: Clock): (events: readonly SigningKeyEvent[]) => readonly Change[] {
  return (events) =>
    events.map(({ action, kid }) =>
      auditedBy(undefined, {
        at: clock.now(),
        action: `latchkey.signing-key.${action}`,
        accountId: INSTALLATION_ID,
        target: formatCrn({ service: 'latchkey', resourceType: 'signing-key', resource: kid }),
        targetId: kid,
      }),
    );
}
