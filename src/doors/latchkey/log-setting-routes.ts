import type { Response, Router } from 'express';
import type { Account } from '../../accounts/account.ts';
import type { Accounts } from '../../accounts/accounts.ts';
import type { CallerOf } from '../../http/api-answers.ts';
import { readIfMatch } from '../../http/if-match.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { LOG_SETTINGS_CHANGE, LOG_SETTINGS_PATH, type LogSettingsRepresentation } from './log-setting-operations.ts';

/** What the routes stand on. */
export interface LogSettingRouteParts {
  readonly accounts: Accounts;
  readonly callerOf: CallerOf;
}

/** `/latchkey/v1/accounts/{account_id}/log_settings`. */
export function logSettingRoutes(router: Router, { accounts, callerOf }: LogSettingRouteParts): void {
  methods(router, LOG_SETTINGS_PATH, {
    async GET(request, response) {
      writeSettings(response, await accounts.get(await callerOf(request), request.params.account_id));
    },
    async PATCH(request, response) {
      const caller = await callerOf(request);
      const ifMatch = readIfMatch(request) ?? '*';
      const { exchange_records: exchangeRecords } = await readJson(request, LOG_SETTINGS_CHANGE);
      const { account_id: accountId } = request.params;
      writeSettings(response, await accounts.updateSettings(caller, accountId, { exchangeRecords }, ifMatch));
    },
  });
}

function writeSettings(response: Response, { entityTag, settings }: Account): void {
  response.set('ETag', entityTag).json(representationOf(settings));
}

const representationOf = ({ exchangeRecords }: Account['settings']): LogSettingsRepresentation => ({
  exchange_records: exchangeRecords ?? 'counted',
  is_set: exchangeRecords !== undefined,
});
