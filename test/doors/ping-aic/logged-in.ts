import { createHash, randomBytes } from 'node:crypto';
import type { Answer } from '../../harness/http-call.ts';
import type { RunningService } from '../../harness/running-service.ts';

/** Who logs in. */
export interface LogInPerson {
  readonly email: string;
  readonly password: string;
}

const AUTHENTICATE = '/am/json/realms/root/authenticate';

/** Logs in with the two headers. */
export const logIn = (service: RunningService, { email, password }: LogInPerson): Promise<Answer> =>
  service.call('POST', AUTHENTICATE, {
    json: {},
    headers: { 'X-OpenAM-Username': email, 'X-OpenAM-Password': password },
  });

/** A session. @throws when the log-in is refused */
export async function sessionOf(service: RunningService, person: LogInPerson): Promise<string> {
  const { body, status, text } = await logIn(service, person);
  if (status !== 200) throw new Error(`no session: ${status} ${text}`);
  return body.tokenId;
}

/** @returns the address to which codes are sent */
export const returnAddress = (service: RunningService): string =>
  `${service.publicUrl}/platform/appAuthHelperRedirect.html`;

/** A verifier, and its challenge. */
export function newVerifier() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** Asks for a code in a session; `change` replaces fields of the form. */
export const askForCode = (
  service: RunningService,
  { session, challenge }: { session: string; challenge: string },
  change: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = { Cookie: `latchkey-session=${session}` },
): Promise<Answer> =>
  service.call('POST', '/am/oauth2/authorize', {
    headers,
    form: {
      ...{ response_type: 'code', client_id: 'idmAdminClient', redirect_uri: returnAddress(service), scope: 'openid' },
      ...{ decision: 'allow', csrf: session, code_challenge: challenge, code_challenge_method: 'S256', ...change },
    },
  });

/** A code. @throws when it is refused */
export async function codeOf(service: RunningService, session: string, challenge: string): Promise<string> {
  const { headers, status, text } = await askForCode(service, { session, challenge });
  const code = new URL(headers.get('location') ?? 'http://none').searchParams.get('code');
  if (status !== 302 || code === null) throw new Error(`no code: ${status} ${text}`);
  return code;
}

/** Exchanges a code; `change` replaces fields of the form. */
export const exchangeCode = (
  service: RunningService,
  { code, verifier }: { code: string; verifier: string },
  change: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
  service.call('POST', '/am/oauth2/access_token', {
    headers: { Authorization: `Basic ${Buffer.from('idmAdminClient:doesnotmatter').toString('base64')}` },
    form: {
      ...{ grant_type: 'authorization_code', code, code_verifier: verifier },
      ...{ redirect_uri: returnAddress(service), ...change },
    },
  });

/** A bearer token of a session. @throws when it is refused */
export async function bearerOfSession(service: RunningService, session: string): Promise<string> {
  const { verifier, challenge } = newVerifier();
  const { body, status, text } = await exchangeCode(service, {
    code: await codeOf(service, session, challenge),
    verifier,
  });
  if (status !== 200) throw new Error(`no token: ${status} ${text}`);
  return body.access_token;
}
