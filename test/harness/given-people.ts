import { randomBytes } from 'node:crypto';
import type { Answer } from './http-call.ts';
import type { RunningService } from './running-service.ts';

/** A new user of an account, who has come in by an activation code. */
export interface GivenPerson {
  readonly email: string;
  readonly iamId: string;
  /** The account that invited. */
  readonly accountId: string;
  readonly secret: string;
}

/** An account that the operator made, whose owner has come in. */
export interface GivenTenant {
  readonly accountId: string;
  readonly owner: GivenPerson;
  /** A fresh token of the owner for the account. */
  ownerToken(): Promise<string>;
}

/** @returns an e-mail address that nobody has */
export const newEmail = (): string => `${randomBytes(6).toString('hex')}@example.test`;

/** Invites addresses into an account. */
export function invite(
  service: RunningService,
  { token, accountId, emails }: { token: string; accountId: string; emails: readonly unknown[] },
): Promise<Answer> {
  const json = { users: emails.map((email) => ({ email })) };
  return service.call('POST', `/v2/accounts/${accountId}/users`, { token, json });
}

/** Uses an activation code. */
export function activate(service: RunningService, code: string, sent: { token?: string; password?: string } = {}) {
  const { token, password } = sent;
  const json = { code, ...(password !== undefined && { password }) };
  return service.call('POST', '/latchkey/v1/users/activate', { json, ...(token !== undefined && { token }) });
}

/** A new user who was invited into an account and has come. @throws when either is refused */
export async function givenPerson(
  service: RunningService,
  { token, accountId }: { token: string; accountId: string },
  email: string = newEmail(),
): Promise<GivenPerson> {
  const invited = await invite(service, { token, accountId, emails: [email] });
  const [resource] = invited.body.resources ?? [];
  if (resource?.activation_code === undefined) throw new Error(`no code: ${invited.status} ${invited.text}`);
  return personOf(service, email, resource.activation_code);
}

/** Makes an account, as the operator, and lets its new owner come in. */
export async function givenTenant(service: RunningService, ownerEmail: string = newEmail()): Promise<GivenTenant> {
  const json = { name: 'A tenant', owner_email: ownerEmail };
  const made = await service.call('POST', '/latchkey/v1/accounts', { token: await service.ownerToken(), json });
  if (made.body.activation_code === undefined) throw new Error(`no code: ${made.status} ${made.text}`);
  const owner = await personOf(service, ownerEmail, made.body.activation_code);
  return { accountId: made.body.id, owner, ownerToken: () => tokenIn(service, owner.secret, made.body.id) };
}

/** A token for one of the user's accounts. @throws when it is refused */
export async function tokenIn(service: RunningService, apikey: string, account: string): Promise<string> {
  const answer = await exchangeIn(service, apikey, account);
  if (answer.status !== 200) throw new Error(`no token: ${answer.text}`);
  return String(answer.body.access_token);
}

/** Exchanges a key for a token of one of the user's accounts. */
export const exchangeIn = (service: RunningService, apikey: string, account: string): Promise<Answer> =>
  service.exchange({ grant_type: 'apikey', apikey, account });

async function personOf(service: RunningService, email: string, code: string): Promise<GivenPerson> {
  const { status, body, text } = await activate(service, code);
  if (status !== 201) throw new Error(`not activated: ${status} ${text}`);
  return { email, iamId: body.iam_id, accountId: body.account_id, secret: body.apikey };
}
