import type { AuditedChange } from '../audit/audit-event.ts';
import { accountCrn } from '../crn/crn.ts';
import type { Account } from './account.ts';
import { auditedSettings } from './account-settings.ts';

/** @returns what the audit record says of a change of an account's settings */
export const settingsChange = (before: Account, { id, settings }: Account, at: number): AuditedChange => ({
  at,
  action: 'iam-identity.account.update',
  accountId: id,
  target: accountCrn('iam-identity', id, 'account', id),
  targetId: id,
  before: auditedSettings(before.settings),
  after: auditedSettings(settings),
});
