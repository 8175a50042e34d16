import { INSTALLATION_ID, type Installation } from '../accounts/account.ts';
import type { ApiKey } from '../api-keys/api-key.ts';
import { apiKeyCrn, auditedApiKey } from '../api-keys/new-api-key.ts';
import { AUDIT_EVENTS, auditEvent } from '../audit/audit-event.ts';
import { localOrigin } from '../audit/local-origin.ts';
import { formatCrn } from '../crn/crn.ts';
import { type Change, insert } from '../store/changes.ts';

/** The audit records of a first start: the key that may do everything must not be the one that nobody wrote down. */
export function bootstrapRecorded({ installationId, firstAccountId }: Installation, apiKey: ApiKey): readonly Change[] {
  const origin = localOrigin();
  const always = { at: apiKey.createdAt, outcome: 'success', actor: {} } as const;
  return [
    insert(
      AUDIT_EVENTS,
      auditEvent(origin, {
        ...always,
        action: 'latchkey.installation.create',
        accountId: INSTALLATION_ID,
        target: formatCrn({ service: 'latchkey', resourceType: 'installation', resource: installationId }),
        targetId: installationId,
        after: { firstAccountId },
      }),
    ),
    insert(
      AUDIT_EVENTS,
      auditEvent(origin, {
        ...always,
        // As the key's own `created_by` says it.
        actor: { iamId: apiKey.createdBy },
        action: 'iam-identity.apikey.create',
        accountId: apiKey.accountId,
        target: apiKeyCrn(apiKey),
        targetId: apiKey.id,
        after: auditedApiKey(apiKey),
      }),
    ),
  ];
}
