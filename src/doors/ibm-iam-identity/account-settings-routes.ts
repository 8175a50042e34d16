import type { Request, RequestHandler, Router } from 'express';
import type { Caller } from '../../access/caller.ts';
import type { Account } from '../../accounts/account.ts';
import type { Accounts } from '../../accounts/accounts.ts';
import type { TrackRecord } from '../../audit/track-record.ts';
import { type CallerOf, writeEntity } from '../../http/api-answers.ts';
import { requiredIfMatch } from '../../http/if-match.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import type { NamedMembers } from '../../users/named-members.ts';
import { ACCOUNT_SETTINGS_PATH, EFFECTIVE_SETTINGS_PATH } from './account-settings-operations.ts';
import {
  effectiveRepresentation,
  type ResolvedUsers,
  settingsChangeOf,
  settingsRepresentation,
} from './account-settings-representations.ts';
import { ACCOUNT_SETTINGS_CHANGE, ACCOUNT_SETTINGS_PARAMETERS } from './account-settings-schemas.ts';
import type { TrackRecordRepresentation } from './schemas.ts';
import { trackRecordRepresentation } from './track-records.ts';

/** What the routes of account settings stand on. */
export interface AccountSettingsRouteParts {
  readonly accounts: Accounts;
  readonly namedMembers: NamedMembers;
  readonly trackRecord: TrackRecord;
  readonly callerOf: CallerOf;
}

type AccountHandler = RequestHandler<{ id: string }>;

/** `/v1/accounts/{id}/settings/identity` (IBM Cloud IAM Identity API, "Identity Account Settings"). */
export function accountSettingsRoutes(router: Router, parts: AccountSettingsRouteParts): void {
  methods(router, ACCOUNT_SETTINGS_PATH, { GET: getSettings(parts), PUT: updateSettings(parts) });
  methods(router, EFFECTIVE_SETTINGS_PATH, { GET: getEffectiveSettings(parts) });
}

function getSettings(parts: AccountSettingsRouteParts): AccountHandler {
  return async (request, response) => {
    const { account, users, record } = await readSettings(parts, request);
    writeEntity(response, 200, account.entityTag, settingsRepresentation(account, users, record));
  };
}

function getEffectiveSettings(parts: AccountSettingsRouteParts): AccountHandler {
  return async (request, response) => {
    const { account, users, record } = await readSettings(parts, request);
    response.status(200).json({
      account_id: account.id,
      effective: effectiveRepresentation(account, users),
      account: settingsRepresentation(account, users, record),
      assigned_templates: [],
    });
  };
}

function updateSettings({ accounts, callerOf }: AccountSettingsRouteParts): AccountHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const ifMatch = requiredIfMatch(request);
    const change = settingsChangeOf(await readJson(request, ACCOUNT_SETTINGS_CHANGE));
    const account = await accounts.updateSettings(caller, request.params.id, change, ifMatch);
    writeEntity(response, 200, account.entityTag, settingsRepresentation(account, new Map()));
  };
}

/** What both ways of reading are asked for. */
interface SettingsRead {
  readonly account: Account;
  readonly users: ResolvedUsers;
  readonly record: TrackRecordRepresentation;
}

async function readSettings(
  { accounts, namedMembers, trackRecord, callerOf }: AccountSettingsRouteParts,
  request: Request<{ id: string }>,
): Promise<SettingsRead> {
  const caller: Caller = await callerOf(request);
  const asked = readQuery(request, ACCOUNT_SETTINGS_PARAMETERS);
  const account = await accounts.get(caller, request.params.id);
  const { id, settings } = account;
  const named = asked.resolve_user_mfa ? (settings.userMfa ?? []).map(({ iamId }) => iamId) : [];
  const history = { accountId: id, id, activityId: id, includeHistory: asked.include_history };
  const [users, record] = await Promise.all([
    namedMembers(caller, id, named),
    trackRecordRepresentation(trackRecord, history),
  ]);
  return { account, users, record };
}
