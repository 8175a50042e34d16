import type { KeyKindName } from '../../../src/api-keys/key-kinds.ts';
import type { KeyOfKind } from '../../harness/given-every-kind.ts';
import type { Sent } from '../../harness/http-call.ts';

/** What a request needs besides a key. */
export interface FormPlace {
  /** Of the instance to which the keys of instances belong. */
  readonly instanceId: string;
  readonly tenantId: string;
  readonly ownerToken: string;
}

/** One way in which a door takes a key. */
export interface CredentialForm {
  /** The folder in `src/doors/`. */
  readonly door: string;
  readonly name: string;
  /** The kinds that it takes; every other is refused as if it were made up. */
  readonly takes: readonly KeyKindName[];
  readonly method: 'GET' | 'POST';
  readonly path: (place: FormPlace) => string;
  readonly sent: (key: KeyOfKind, place: FormPlace) => Sent;
  /** Statuses of a refusal. Default: 400 and 401. */
  readonly refusals?: readonly number[];
}

const IDENTITIES: readonly KeyKindName[] = ['platform', 'chosen'];
const basic = (id: string, secret: string): string => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

/** A header that carries the key, with something before it. */
const inHeader =
  (name: string, before = '') =>
  ({ secret }: KeyOfKind): Sent => ({ headers: { [name]: before + secret } });

const asBearer = {
  name: 'Authorization: Bearer',
  takes: [],
  method: 'GET',
  sent: inHeader('Authorization', 'Bearer '),
} as const;

const LINES = { lines: [{ line: 'a line' }] };
const ENTRY = { applicationName: 'shop', subsystemName: 'cart', text: 'a line' };
const ingested = (headers: (key: KeyOfKind) => Readonly<Record<string, string>>) =>
  ({
    door: 'logdna',
    takes: ['ingestion'],
    method: 'POST',
    path: () => '/logs/ingest?hostname=one',
    sent: (key: KeyOfKind) => ({ headers: headers(key), json: LINES }),
    refusals: [400, 401, 403],
  }) as const;
/** The id of a log API key as clients know it. */
const logKeyId = (id: string): string => id.replace('ApiKey-', '').replaceAll('-', '');
const readLog = (name: string, headers: (key: KeyOfKind) => Readonly<Record<string, string>>): CredentialForm => ({
  ...{ door: 'ping-aic', name, takes: ['log_reading'], method: 'GET' },
  path: () => '/monitoring/logs/sources',
  sent: (key) => ({ headers: headers(key) }),
});
const configured = {
  door: 'logdna',
  takes: ['ingestion_service'],
  method: 'GET',
  path: () => '/v1/config/keys',
  refusals: [400, 401, 403],
} as const;
const sentLines = (scheme: string, takes: readonly KeyKindName[]): CredentialForm => ({
  ...{ door: 'ibm-cloud-logs', name: `Authorization: ${scheme}`, takes, method: 'POST' },
  path: ({ instanceId }: FormPlace) => `/instances/${instanceId}/logs/v1/singles`,
  sent: ({ secret }: KeyOfKind) => ({ headers: { Authorization: `${scheme} ${secret}` }, json: [ENTRY] }),
});

/** Every way in which a door takes a key. A new door, or a new way, is a row. */
export const CREDENTIAL_FORMS: readonly CredentialForm[] = [
  {
    ...{ door: 'ibm-iam-token', name: 'apikey of a token request', takes: IDENTITIES, method: 'POST' },
    path: () => '/identity/token',
    sent: ({ secret }) => ({ form: { grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey: secret } }),
  },
  {
    ...{ door: 'ibm-iam-identity', name: 'IAM-ApiKey beside a token', takes: IDENTITIES, method: 'GET' },
    path: () => '/v1/apikeys/details',
    sent: ({ secret }, { ownerToken }) => ({ token: ownerToken, headers: { 'IAM-ApiKey': secret } }),
    // What is asked for is the key: it is missing.
    refusals: [400, 401, 404],
  },
  { ...asBearer, door: 'ibm-iam-token', path: () => '/identity/userinfo' },
  { ...asBearer, door: 'ibm-iam-identity', path: () => '/v1/apikeys' },
  { ...asBearer, door: 'ibm-iam-access', path: () => '/v1/policies' },
  { ...asBearer, door: 'ibm-user-management', path: () => `/v2/accounts/${'0'.repeat(32)}/users` },
  { ...asBearer, door: 'ibm-resource-controller', path: () => '/v2/resource_instances' },
  { ...asBearer, door: 'latchkey', path: () => '/latchkey/v1/me' },
  { ...asBearer, door: 'ping-aic', path: () => '/keys' },
  { ...asBearer, door: 'ping-aic', path: () => '/openidm/managed/svcacct?_queryFilter=true' },
  readLog('x-api-key', ({ id, secret }) => ({ 'x-api-key': logKeyId(id), 'x-api-secret': secret })),
  readLog('Basic', ({ id, secret }) => ({ Authorization: basic(logKeyId(id), secret) })),
  { ...asBearer, door: 'ping-autonomous-identity', path: () => '/api/authentication/verify' },
  {
    ...{ door: 'ping-autonomous-identity', name: 'X-API-KEY', takes: ['tenant_program'], method: 'GET' },
    path: () => '/api/ingest/datasources',
    sent: inHeader('X-API-KEY'),
  },
  {
    ...{ door: 'ping-autonomous-identity', name: 'Authorization beside x-tenant-id', takes: ['tenant_program'] },
    ...{ method: 'POST', path: () => '/jas/datasource/search' },
    sent: ({ secret }, { tenantId }) => ({
      headers: { Authorization: secret, 'x-tenant-id': tenantId },
      json: { query: { query: { match_all: {} } } },
    }),
  },
  { ...asBearer, door: 'ivanti', path: () => '/api/rest/whoami' },
  {
    ...{ door: 'ivanti', name: 'Authorization: rest_api_key=', takes: ['on_behalf'], method: 'GET' },
    path: () => '/HEAT/api/odata/$metadata',
    sent: inHeader('Authorization', 'rest_api_key='),
  },
  sentLines('Bearer', []),
  sentLines('ApiKey', [...IDENTITIES, 'ingestion']),
  { ...ingested(({ secret }) => ({ Authorization: basic(secret, '') })), name: 'Basic, as the user' },
  { ...ingested(({ secret }) => ({ Authorization: basic('', secret) })), name: 'Basic, as the password' },
  { ...ingested(({ secret }) => ({ apikey: secret })), name: 'apikey' },
  { ...ingested(({ secret }) => ({ ingestionkey: secret })), name: 'ingestionkey' },
  { ...configured, name: 'servicekey', sent: inHeader('servicekey') },
  { ...configured, name: 'Authorization: Token', sent: inHeader('Authorization', 'Token ') },
];

/** What every refusal of a door has in its body. */
export const REFUSAL_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  'ibm-iam-token': ['errorCode', 'errorMessage', 'context'],
  'ibm-iam-identity': ['status_code', 'errors', 'trace'],
  'ibm-iam-access': ['status_code', 'errors', 'trace'],
  'ibm-user-management': ['status_code', 'errors', 'trace'],
  'ibm-resource-controller': ['status_code', 'error_code', 'message', 'transaction_id'],
  'ibm-cloud-logs': ['code', 'message', 'transaction_id', 'request_id'],
  latchkey: ['code', 'message', 'transaction_id', 'request_id'],
  logdna: ['error', 'code', 'status'],
  'ping-autonomous-identity': ['message', 'code'],
  ivanti: ['code', 'description', 'message'],
  'ping-aic': ['code', 'reason', 'message', 'detail'],
};
