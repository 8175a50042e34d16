import { MASTER_KEY_RING, PEPPER_RING } from '../secrets/key-ring.ts';
import {
  ADDRESS_LIST,
  choice,
  FILE_PATH,
  HEADER_VALUE,
  HOST_NAME,
  integer,
  LOG_SINK,
  optional,
  PUBLIC_URL,
  ring,
  type SettingKind,
  serverUrl,
} from './setting-kinds.ts';

/** The beginning of every name that an operator sets. */
export const NAME_PREFIX = 'LATCHKEY_';

/** One thing that an operator may set. The reader, `--help` and docs/operations.md are all made from it. */
export interface Setting<Value> {
  readonly name: string;
  readonly kind: SettingKind<Value>;
  readonly fallback: Value;
  /** What `--help` and the documentation say of the default. */
  readonly fallbackText: string;
  /** True: its value stands in no message, log or page. */
  readonly secret: boolean;
  /** What it is for, in sentences. */
  readonly sentence: string;
}

interface SettingParts<Value> {
  readonly kind: SettingKind<Value>;
  readonly fallback: NoInfer<Value>;
  readonly fallbackText?: string;
  readonly secret?: boolean;
  readonly sentence: string;
}

function setting<Value>(name: string, parts: SettingParts<Value>): Setting<Value> {
  const fallbackText = parts.fallbackText ?? String(parts.fallback);
  return { secret: false, ...parts, fallbackText, name: `${NAME_PREFIX}${name}` };
}

/** Every setting, in the order of `--help`. */
export const SETTINGS = {
  host: setting('HOST', {
    kind: HOST_NAME,
    fallback: '127.0.0.1',
    sentence: 'Address on which the service listens; 0.0.0.0 or :: is every address of the machine.',
  }),
  port: setting('PORT', {
    kind: integer({ min: 0, max: 65_535 }),
    fallback: 8080,
    sentence: 'Port of the service; 0 takes a free one.',
  }),
  publicUrl: setting('PUBLIC_URL', {
    kind: optional(PUBLIC_URL),
    fallback: undefined,
    fallbackText: 'http://HOST:PORT with STORE=sqlite, else none',
    sentence:
      'Address under which clients reach the service. The issuer of every token is this and /identity, so changing it ends every token. Required with STORE=mongo-redis. Without it, https:// is used when TLS is on and localhost when HOST is every address.',
  }),
  operationsHost: setting('OPERATIONS_HOST', {
    kind: HOST_NAME,
    fallback: '127.0.0.1',
    sentence: 'Address of the operations listener (/livez, /readyz, /metrics), which asks for no credentials.',
  }),
  operationsPort: setting('OPERATIONS_PORT', {
    kind: integer({ min: 0, max: 65_535 }),
    fallback: 9090,
    sentence: 'Port of the operations listener; 0 takes a free one.',
  }),
  dataFolder: setting('DATA', {
    kind: FILE_PATH,
    fallback: './data',
    sentence: 'Folder for the first admin key and, with STORE=sqlite, the database and the secrets; made when absent.',
  }),
  storeKind: setting('STORE', {
    kind: choice('sqlite', 'mongo-redis'),
    fallback: 'sqlite',
    sentence: 'Where everything is kept: one file in the data folder, or MongoDB with Redis.',
  }),
  mongoUrl: setting('MONGO_URL', {
    kind: optional(serverUrl('mongodb:', 'mongodb+srv:')),
    fallback: undefined,
    fallbackText: 'none',
    secret: true,
    sentence: 'Address of a MongoDB replica set; required with STORE=mongo-redis.',
  }),
  redisUrl: setting('REDIS_URL', {
    kind: optional(serverUrl('redis:', 'rediss:')),
    fallback: undefined,
    fallbackText: 'none',
    secret: true,
    sentence: 'Address of Redis; required with STORE=mongo-redis.',
  }),
  pepper: setting('PEPPER', {
    kind: optional(ring(PEPPER_RING)),
    fallback: undefined,
    fallbackText: 'made on first start with STORE=sqlite, else none',
    secret: true,
    sentence:
      'Secret under which API keys are digested; required with STORE=mongo-redis. Make one with: openssl rand -base64 32. Without it no stored key works.',
  }),
  masterKey: setting('MASTER_KEY', {
    kind: optional(ring(MASTER_KEY_RING)),
    fallback: undefined,
    fallbackText: 'made on first start with STORE=sqlite, else none',
    secret: true,
    sentence:
      'Secret that seals private keys and readable credentials; required with STORE=mongo-redis. Make one with: openssl rand -base64 32.',
  }),
  bootstrap: setting('BOOTSTRAP', {
    kind: optional(choice('auto', 'off')),
    fallback: undefined,
    fallbackText: 'auto with STORE=sqlite, else off',
    sentence: 'auto: the first start makes an account, its owner and one API key in <data folder>/admin.apikey.',
  }),
  workers: setting('WORKERS', {
    kind: integer({ min: 1, max: 64 }),
    fallback: 1,
    sentence:
      'Processes that serve on the one port, for both stores; about one a CPU core. With more than one, a further process starts them, replaces them and has the operations listener.',
  }),
  signingAlgorithm: setting('SIGNING_ALGORITHM', {
    kind: choice('RS256', 'ES256'),
    fallback: 'RS256',
    sentence: 'How tokens are signed; a change on an existing installation is a staged rotation of the signing keys.',
  }),
  signingKeyRotationDays: setting('SIGNING_KEY_ROTATION_DAYS', {
    kind: integer({ min: 0, max: 3650, unit: 'days' }),
    fallback: 90,
    sentence: 'After how many days the next signing key takes over; 0 is never by schedule.',
  }),
  jwksMaxAgeSeconds: setting('JWKS_MAX_AGE_SECONDS', {
    kind: integer({ min: 1, max: 86_400, unit: 'seconds' }),
    fallback: 300,
    sentence: 'How long clients may cache the public keys; a new key is published at least this long before it signs.',
  }),
  anonymousIntrospection: setting('ANONYMOUS_INTROSPECTION', {
    kind: choice('on', 'off'),
    fallback: 'on',
    sentence: 'on: the introspection endpoint answers whoever holds the token; off: only callers with credentials.',
  }),
  ingestionKeysInUrl: setting('INGESTION_KEYS_IN_URL', {
    kind: choice('on', 'off'),
    fallback: 'off',
    sentence:
      'on: log agents may send their ingestion key as ?apikey=, as old ones do; proxies between keep URLs in their logs. off: such a request is refused.',
  }),
  restApiKeysInUrl: setting('REST_API_KEYS_IN_URL', {
    kind: choice('on', 'off'),
    fallback: 'off',
    sentence:
      'on: keys of key groups may be sent as ?rest_api_key=, as some clients do; proxies between keep URLs in their logs. off: such a request is refused.',
  }),
  apiTokensInUrl: setting('API_TOKENS_IN_URL', {
    kind: choice('on', 'off'),
    fallback: 'off',
    sentence:
      "on: the value of a tenant's API token may stand in the path where it is verified (/api/admin/verifyApiToken/…); proxies between keep URLs in their logs. off: only its id.",
  }),
  failedExchangesPerMinute: setting('FAILED_EXCHANGES_PER_MINUTE', {
    kind: integer({ min: 0, max: 1_000_000, unit: 'a minute' }),
    fallback: 20,
    sentence:
      'Failed exchanges, and apart from them introspections without credentials, that one client address may make; 0 is no limit.',
  }),
  logReadsPerMinute: setting('LOG_READS_PER_MINUTE', {
    kind: integer({ min: 1, max: 1_000_000, unit: 'a minute' }),
    fallback: 3_600,
    sentence:
      'Requests for the log of one account, with log API keys, that each process answers; more are refused with 429.',
  }),
  trustedProxies: setting('TRUSTED_PROXIES', {
    kind: ADDRESS_LIST,
    fallback: [],
    fallbackText: 'none',
    sentence: 'Proxies whose X-Forwarded-* headers are believed.',
  }),
  tlsCertificateFile: setting('TLS_CERTIFICATE_FILE', {
    kind: optional(FILE_PATH),
    fallback: undefined,
    fallbackText: 'none',
    sentence:
      'PEM file with the certificate chain; with TLS_KEY_FILE the service speaks HTTPS. Reloaded when it changes.',
  }),
  tlsKeyFile: setting('TLS_KEY_FILE', {
    kind: optional(FILE_PATH),
    fallback: undefined,
    fallbackText: 'none',
    sentence: 'PEM file with the private key of the certificate.',
  }),
  logRetentionHours: setting('LOG_RETENTION_HOURS', {
    kind: integer({ min: 1, max: 8_760, unit: 'hours' }),
    fallback: 168,
    sentence:
      'How long accepted log lines are kept. With LOG_SINK, those that were not handed over yet are kept for longer.',
  }),
  logMegalimitBytes: setting('LOG_MEGABYTES_PER_INSTANCE', {
    kind: integer({ min: 1, max: 1_048_576, unit: 'megabytes' }),
    fallback: 256,
    sentence:
      'How much of the accepted log lines of one instance is kept, about. Beyond it the oldest go; with LOG_SINK, those that were not handed over stay, and new ones are refused with 503.',
  }),
  logSink: setting('LOG_SINK', {
    kind: optional(LOG_SINK),
    fallback: undefined,
    fallbackText: 'none',
    sentence:
      'Where accepted log lines are handed over, as lines of JSON: stdout, or an address to which they are posted. Every line comes at least once.',
  }),
  logSinkAuthorization: setting('LOG_SINK_AUTHORIZATION', {
    kind: optional(HEADER_VALUE),
    fallback: undefined,
    fallbackText: 'none',
    secret: true,
    sentence: 'Authorization header with which lines are posted to LOG_SINK, such as Bearer … or Basic ….',
  }),
  logSinkTimeoutSeconds: setting('LOG_SINK_TIMEOUT_SECONDS', {
    kind: integer({ min: 1, max: 120, unit: 'seconds' }),
    fallback: 10,
    sentence: 'How long LOG_SINK may take to answer one post; then it is made again, later and later.',
  }),
  logLevel: setting('LOG_LEVEL', {
    kind: choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    fallback: 'info',
    sentence: 'The least severe log line that is written.',
  }),
} as const satisfies Record<string, Setting<unknown>>;

/** What each setting's text becomes. */
export type SettingValues = {
  readonly [Key in keyof typeof SETTINGS]: (typeof SETTINGS)[Key] extends Setting<infer Value> ? Value : never;
};

/** Every setting as a list, where its value does not matter. */
export const SETTING_LIST: readonly Setting<unknown>[] = Object.values(SETTINGS);

/**
 * @returns the name that reads this setting's value from a file, or `undefined` for the settings that are the path of a
 * file themselves and are read again when it changes
 */
export function fileNameOf({ name }: Pick<Setting<unknown>, 'name'>): string | undefined {
  return name.endsWith('_FILE') ? undefined : `${name}_FILE`;
}
