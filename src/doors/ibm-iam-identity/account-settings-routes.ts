import type { RequestHandler, Router } from 'express';
import type { Account } from '../../accounts/account.ts';
import type { Accounts } from '../../accounts/accounts.ts';
import type { TrackRecord } from '../../audit/track-record.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import { ACCOUNT_SETTINGS_PATH } from './account-settings-operations.ts';
import {
  ACCOUNT_SETTINGS_CHANGE,
  ACCOUNT_SETTINGS_PARAMETERS,
  type AccountSettingsRepresentation,
  FIXED_SETTINGS,
  NOT_SET,
} from './account-settings-schemas.ts';
import { writeEntity } from './answers.ts';
import type { CallerOf } from './api-key-routes.ts';
import { requiredIfMatch } from './read-headers.ts';
import type { TrackRecordRepresentation } from './schemas.ts';
import { trackRecordRepresentation } from './track-records.ts';

/** What the routes of account settings stand on. */
export interface AccountSettingsRouteParts {
  readonly accounts: Accounts;
  readonly trackRecord: TrackRecord;
  readonly callerOf: CallerOf;
}

type AccountHandler = RequestHandler<{ id: string }>;

/** `/v1/accounts/{id}/settings/identity` (IBM Cloud IAM Identity API, "Identity Account Settings"). */
export function accountSettingsRoutes(router: Router, parts: AccountSettingsRouteParts): void {
  methods(router, ACCOUNT_SETTINGS_PATH, { GET: getSettings(parts), PUT: updateSettings(parts) });
}

function getSettings({ accounts, trackRecord, callerOf }: AccountSettingsRouteParts): AccountHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { include_history: includeHistory } = readQuery(request, ACCOUNT_SETTINGS_PARAMETERS);
    const account = await accounts.get(caller, request.params.id);
    const { id } = account;
    const asked = { accountId: id, id, activityId: id, includeHistory, includeActivity: false };
    const record = await trackRecordRepresentation(trackRecord, asked);
    writeEntity(response, 200, account.entityTag, settingsRepresentation(account, record));
  };
}

function updateSettings({ accounts, callerOf }: AccountSettingsRouteParts): AccountHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const ifMatch = requiredIfMatch(request);
    const body = await readJson(request, ACCOUNT_SETTINGS_CHANGE);
    const change = {
      accessTokenSeconds: body.system_access_token_expiration_in_seconds,
      refreshTokenSeconds: body.system_refresh_token_expiration_in_seconds,
      chosenApiKeyValues: body.allow_chosen_apikey_values,
    };
    const account = await accounts.updateSettings(caller, request.params.id, change, ifMatch);
    writeEntity(response, 200, account.entityTag, settingsRepresentation(account));
  };
}

function settingsRepresentation(
  { id, entityTag, settings }: Account,
  { history }: TrackRecordRepresentation = {},
): AccountSettingsRepresentation {
  return {
    account_id: id,
    entity_tag: entityTag,
    system_access_token_expiration_in_seconds: written(settings.accessTokenSeconds),
    system_refresh_token_expiration_in_seconds: written(settings.refreshTokenSeconds),
    allow_chosen_apikey_values: settings.chosenApiKeyValues ?? false,
    ...FIXED_SETTINGS,
    user_mfa: [],
    restrict_user_domains: [],
    ...(history !== undefined && { history }),
  };
}

const written = (seconds: number | undefined): string => (seconds === undefined ? NOT_SET : String(seconds));
