import type { Response, Router } from 'express';
import type { Account } from '../../accounts/account.ts';
import type { AccountRegister } from '../../accounts/account-register.ts';
import type { CallerOf } from '../../http/api-answers.ts';
import { readIfMatch } from '../../http/if-match.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import type { SealedCursors } from '../../http/sealed-cursors.ts';
import type { NewAccounts } from '../../onboarding/new-accounts.ts';
import {
  ACCOUNT_CHANGE,
  ACCOUNT_LIST_PARAMETERS,
  ACCOUNT_PATHS,
  type AccountRepresentation,
  NEW_ACCOUNT,
} from './account-operations.ts';

/** What the routes of accounts stand on. */
export interface AccountRouteParts {
  readonly accountRegister: AccountRegister;
  readonly newAccounts: NewAccounts;
  readonly callerOf: CallerOf;
  readonly cursors: SealedCursors;
}

/** `/latchkey/v1/accounts`: the tenants of the installation. */
export function accountRoutes(router: Router, parts: AccountRouteParts): void {
  const { accountRegister, newAccounts, callerOf, cursors } = parts;
  methods(router, ACCOUNT_PATHS.all, {
    async GET(request, response) {
      const caller = await callerOf(request);
      const { limit, cursor } = readQuery(request, ACCOUNT_LIST_PARAMETERS);
      const after = cursor === undefined ? undefined : cursors.open(cursor, ACCOUNT_PATHS.all);
      const { rows, next } = await accountRegister.list(caller, { after, limit });
      const accounts = rows.map((account) => accountRepresentation(account));
      response.json({ accounts, ...(next !== undefined && { next: cursors.seal(next, ACCOUNT_PATHS.all) }) });
    },
    async POST(request, response) {
      const caller = await callerOf(request);
      const body = await readJson(request, NEW_ACCOUNT);
      const asked = { name: body.name, ownerEmail: body.owner_email, hostNames: body.host_names };
      const { account, code } = await newAccounts.create(caller, asked);
      writeAccount(response, 201, account, code);
    },
  });
  methods(router, ACCOUNT_PATHS.one, {
    async GET(request, response) {
      writeAccount(response, 200, await accountRegister.get(await callerOf(request), request.params.account_id));
    },
    async PATCH(request, response) {
      const caller = await callerOf(request);
      const ifMatch = readIfMatch(request) ?? '*';
      const body = await readJson(request, ACCOUNT_CHANGE);
      const change = { name: body.name, hostNames: body.host_names };
      writeAccount(response, 200, await accountRegister.update(caller, request.params.account_id, change, ifMatch));
    },
  });
  methods(router, ACCOUNT_PATHS.code, {
    async POST(request, response) {
      const { account, code } = await newAccounts.renewCode(await callerOf(request), request.params.account_id);
      writeAccount(response, 201, account, code);
    },
  });
}

function writeAccount(response: Response, status: 200 | 201, account: Account, code?: string): void {
  response.status(status).set('ETag', account.entityTag).json(accountRepresentation(account, code));
}

function accountRepresentation(account: Account, code?: string): AccountRepresentation {
  const { id, tenantId, name, ownerIamId, hostNames = [], entityTag, createdAt, modifiedAt } = account;
  return {
    id,
    tenant_id: tenantId,
    name,
    owner_iam_id: ownerIamId,
    host_names: [...hostNames],
    entity_tag: entityTag,
    created_at: new Date(createdAt).toISOString(),
    modified_at: new Date(modifiedAt).toISOString(),
    ...(code !== undefined && { activation_code: code }),
  };
}
