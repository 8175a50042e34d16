import { activate, type GivenPerson, invite, newEmail } from './given-people.ts';
import type { RunningService } from './running-service.ts';

/** A user who may log in with a password. */
export interface GivenPasswordUser extends GivenPerson {
  readonly password: string;
}

/** A password that every test may use: nobody else has it, because e-mail addresses differ. */
export const A_PASSWORD = 'correct horse battery';

/** A new user who was invited into an account, and has come with a password. @throws when either is refused */
export async function givenPasswordUser(
  service: RunningService,
  { token, accountId }: { token: string; accountId: string },
  email: string = newEmail(),
): Promise<GivenPasswordUser> {
  const invited = await invite(service, { token, accountId, emails: [email] });
  const code = invited.body.resources?.[0]?.activation_code;
  if (code === undefined) throw new Error(`no code: ${invited.status} ${invited.text}`);
  const { status, body, text } = await activate(service, code, { password: A_PASSWORD });
  if (status !== 201) throw new Error(`not activated: ${status} ${text}`);
  return { email, iamId: body.iam_id, accountId: body.account_id, secret: body.apikey, password: A_PASSWORD };
}
