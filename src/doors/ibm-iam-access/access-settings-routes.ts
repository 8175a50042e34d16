import type { RequestHandler, Router } from 'express';
import type { z } from 'zod';
import { type CallerOf, writeEntity } from '../../http/api-answers.ts';
import { requiredIfMatch } from '../../http/if-match.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import type { AccessSettings, ExternalKind } from '../../policies/access-settings.ts';
import type { AccessSettingsChange, AccountAccessSettings } from '../../policies/account-access-settings.ts';
import { ACCESS_MANAGEMENT_PATH } from './access-settings-operations.ts';
import { ACCESS_MANAGEMENT_CHANGE, type AccessManagementRepresentation } from './access-settings-schemas.ts';

/** What the routes of the settings stand on. */
export interface AccessSettingsRouteParts {
  readonly accessSettings: AccountAccessSettings;
  readonly callerOf: CallerOf;
}

type AccountHandler = RequestHandler<{ id: string }>;

/** `/v1/accounts/{id}/settings/access_management` (IBM Cloud IAM Policy Management API, "Settings"). */
export function accessSettingsRoutes(router: Router, { accessSettings, callerOf }: AccessSettingsRouteParts): void {
  const get: AccountHandler = async (request, response) => {
    const settings = await accessSettings.get(await callerOf(request), request.params.id);
    writeEntity(response, 200, settings.entityTag, representation(settings));
  };
  const update: AccountHandler = async (request, response) => {
    const caller = await callerOf(request);
    const ifMatch = requiredIfMatch(request);
    const change = changeOf(await readJson(request, ACCESS_MANAGEMENT_CHANGE));
    const settings = await accessSettings.update(caller, request.params.id, change, ifMatch);
    writeEntity(response, 200, settings.entityTag, representation(settings));
  };
  methods(router, ACCESS_MANAGEMENT_PATH, { GET: get, PATCH: update });
}

function changeOf(body: z.output<typeof ACCESS_MANAGEMENT_CHANGE>): AccessSettingsChange {
  const types = body.external_account_identity_interaction?.identity_types ?? {};
  const change = (kind: ExternalKind) => ({
    state: types[kind]?.state,
    allowedAccounts: types[kind]?.external_allowed_accounts,
  });
  return { user: change('user'), service_id: change('service_id'), service: change('service') };
}

function representation({ externalInteraction }: AccessSettings): AccessManagementRepresentation {
  const written = (kind: ExternalKind) => {
    const { state, allowedAccounts } = externalInteraction[kind];
    return { state, external_allowed_accounts: [...allowedAccounts] };
  };
  return {
    external_account_identity_interaction: {
      identity_types: { user: written('user'), service_id: written('service_id'), service: written('service') },
    },
  };
}
