import type { Answer } from './http-call.ts';
import type { RunningService } from './running-service.ts';

/** What came of one exchange by a client: an access token, and a refresh token that the same client may use. */
export interface SignedIn {
  readonly token: string;
  readonly refreshToken: string;
}

const BX = { Authorization: `Basic ${Buffer.from('bx:bx').toString('base64')}` };

/** Exchanges a key as a client that gets a refresh token. @param accountId default: the key's own */
export async function signedIn(service: RunningService, secret: string, accountId?: string): Promise<SignedIn> {
  const form = { grant_type: 'apikey', apikey: secret, ...(accountId !== undefined && { account: accountId }) };
  const { status, body, text } = await service.exchange(form, BX);
  if (status !== 200) throw new Error(`no token: ${text}`);
  return { token: String(body.access_token), refreshToken: String(body.refresh_token) };
}

/** Uses the refresh token as the client that got it. */
export function refreshed(service: RunningService, { refreshToken }: SignedIn): Promise<Answer> {
  return service.exchange({ grant_type: 'refresh_token', refresh_token: refreshToken }, BX);
}

/** Every way in which a service believes a token, and what it says of this one. */
export async function believedWays(service: RunningService, pair: SignedIn) {
  const { token } = pair;
  const introspected = await service.call('POST', '/identity/introspect', { form: { token } });
  const userinfo = await service.call('GET', '/identity/userinfo', { token });
  const api = await service.call('GET', '/v1/apikeys', { token });
  return {
    active: introspected.body.active,
    userinfo: userinfo.status,
    api: api.status,
    refreshed: (await refreshed(service, pair)).status,
  };
}

/** What `believedWays` says of tokens that are good. */
export const BELIEVED = { active: true, userinfo: 200, api: 200, refreshed: 200 };

/** What `believedWays` says of tokens that were taken back. */
export const REFUSED = { active: false, userinfo: 401, api: 401, refreshed: 400 };
