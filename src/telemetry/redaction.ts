/** Names whose values never stand in a log, whatever object they come in. */
const SECRET_NAMES = [
  'authorization',
  'Authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-api-secret',
  'iam-apikey',
  'servicekey',
  'ingestionkey',
  'apikey',
  'api_key',
  'api_key_secret',
  'rest_api_key',
  'reference_id',
  'apiKey',
  'token',
  'access_token',
  'accessToken',
  'refresh_token',
  'refreshToken',
  'password',
  'current_password',
  'currentPassword',
  'x-openam-password',
  'latchkey-session',
  'tokenId',
  'csrf',
  'assertion',
  'code_verifier',
  'passcode',
  'client_secret',
  'clientSecret',
  'secret',
  'digest',
  'pepper',
  'masterKey',
  'privateKey',
];

/** What stands in place of a secret. */
export const REDACTED = '[redacted]';

/** The same names at the top, one level and two levels down, as pino wants them. */
export const REDACTED_PATHS: readonly string[] = ['', '*', '*.*'].flatMap((parent) =>
  SECRET_NAMES.map((name) => `${parent}["${name}"]`),
);

// All are linear: each begins with fixed letters, and once its bounded part has matched it cannot fail any more.
// Some clients percent-encode the underscore in a path.
const OWN_KEY = /lk(?:_|%5F)[A-Za-z0-9_]{20,}/gi;
const SIGNED_TOKEN = /eyJ[A-Za-z0-9_-]{16}[A-Za-z0-9_.-]*/g;
// Such keys have no form of their own, and look like the id of an account; they are known by their place, where hurried people take a
// key for its id.
const HEXADECIMAL_KEY = /keys(\/|%2F)(?:[0-9a-f]{32}){1,2}(?![0-9a-f])/gi;
// Where such a token is verified its value may stand in the path, and what follows cannot be told from one.
const VERIFIED_TOKEN = /(verifyApiToken(?:\/|%2F))[^\s"?]+/gi;
const CREDENTIALS = /\b(Bearer|Basic|Token|ApiKey) [A-Za-z0-9+/=._~-]{8,}/gi;
// In the place of a scheme, and in URLs.
const NAMED_KEY = /(rest_api_key *(?:=|%3D))[A-Za-z0-9+/=._~ -]{8,}/gi;

/**
 * The last line before a log is written: whatever looks like one of our keys, like a signed token, or like credentials
 * after their scheme is taken out of the finished text, under whatever name it came.
 */
export function withoutSecrets(line: string): string {
  return line
    .replace(OWN_KEY, `lk_${REDACTED}`)
    .replace(SIGNED_TOKEN, REDACTED)
    .replace(CREDENTIALS, `$1 ${REDACTED}`)
    .replace(NAMED_KEY, `$1${REDACTED}`)
    .replace(VERIFIED_TOKEN, `$1${REDACTED}`)
    .replace(HEXADECIMAL_KEY, `keys$1${REDACTED}`);
}
