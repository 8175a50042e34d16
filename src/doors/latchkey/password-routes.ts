import type { Router } from 'express';
import { type CallerOf, writeNothing } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import type { OwnPassword } from '../../users/own-password.ts';
import { PASSWORD_CHANGE, PASSWORD_PATH, PASSWORD_REMOVAL, USER_PASSWORD_PATH } from './password-operations.ts';

/** What the routes of the own password stand on. */
export interface PasswordRouteParts {
  readonly ownPassword: OwnPassword;
  readonly callerOf: CallerOf;
}

/** A body is two passwords. */
const LIMITS = { limitBytes: 8 * 1024 };

/** `/latchkey/v1/me/password`, and what the operator may do about others'. */
export function passwordRoutes(router: Router, { ownPassword, callerOf }: PasswordRouteParts): void {
  methods(router, PASSWORD_PATH, {
    async PUT(request, response) {
      const caller = await callerOf(request);
      const { password, current_password: currentPassword } = await readJson(request, PASSWORD_CHANGE, LIMITS);
      await ownPassword.set(caller, { password, currentPassword });
      writeNothing(response);
    },
    async DELETE(request, response) {
      const caller = await callerOf(request);
      const { current_password: currentPassword } = await readJson(request, PASSWORD_REMOVAL, LIMITS);
      await ownPassword.remove(caller, currentPassword);
      writeNothing(response);
    },
  });
  methods(router, USER_PASSWORD_PATH, {
    async DELETE(request, response) {
      await ownPassword.clear(await callerOf(request), request.params.iam_id);
      writeNothing(response);
    },
  });
}
