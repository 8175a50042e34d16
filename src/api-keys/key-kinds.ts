import { isWellFormedApiKeySecret, newApiKeySecret } from '../secrets/api-key-secret.ts';
import { isWellFormedInstanceKeySecret, newInstanceKeySecret } from '../secrets/instance-key-secret.ts';
import {
  isLowerHexSecret,
  isUpperHexSecret,
  isUuidSecret,
  newLowerHexSecret,
  newUpperHexSecret,
  newUuidSecret,
} from '../secrets/tenant-key-secrets.ts';
import { isWellFormedChosenSecret } from './chosen-secret.ts';

/** All that is known of one kind of key: a row each. A key works only at the doors of its kind. */
export interface KeyKind {
  /** To whom it belongs: an identity, which it proves; a resource instance; or a tenant, at one of its doors. */
  readonly of: 'identity' | 'instance' | 'tenant';
  /** What it looks like. */
  readonly shape: string;
  /** Random bits of a new one; 0: it has none, or its maker brings them. */
  readonly bits: number;
  /** How clients present it. */
  readonly presented: string;
  /** Where it is taken, and nowhere else. */
  readonly where: string;
  /** Whether it can be read again by who may, or is shown once; `optional`: as its maker asks. */
  readonly shown: 'once' | 'again' | 'optional' | 'never';
  /**
   * A cheap test that needs no store: a secret that fails it is no key of this kind. No text passes that of two kinds that
   * are asked for together.
   */
  readonly wellFormed: (secret: string) => boolean;
  /** A new secret; absent where the maker of the key brings it. */
  readonly newSecret?: () => string;
}

const PRESENTED_FOR_A_TOKEN = 'apikey of a token request, or Authorization: ApiKey';
const WHERE_IDENTITIES_ARE_PROVEN = 'IBM Cloud IAM: /identity; IBM Cloud Logs: /logs/v1';

const OF_INSTANCE = {
  of: 'instance',
  shape: '32 lower-case hexadecimal digits',
  bits: 128,
  shown: 'again',
  wellFormed: isWellFormedInstanceKeySecret,
  newSecret: newInstanceKeySecret,
} as const;

/** The kinds of key. */
export const KEY_KINDS = {
  /** Our own: 256 bits and check digits. */
  platform: {
    ...{ of: 'identity', shape: 'lk_ and 49 letters and digits', bits: 256, presented: PRESENTED_FOR_A_TOKEN },
    where: WHERE_IDENTITIES_ARE_PROVEN,
    ...{ shown: 'optional', wellFormed: isWellFormedApiKeySecret, newSecret: newApiKeySecret },
  },
  /** The same, but with a value that its maker chose; only where an account allows it. */
  chosen: {
    ...{ of: 'identity', shape: '32 characters or more', bits: 0, presented: PRESENTED_FOR_A_TOKEN },
    where: WHERE_IDENTITIES_ARE_PROVEN,
    ...{ shown: 'optional', wellFormed: isWellFormedChosenSecret },
  },
  /** Of a resource instance: sends lines to it. Agents insist on the form, so it has no check digits. */
  ingestion: {
    ...OF_INSTANCE,
    presented: 'Basic, the header apikey or ingestionkey, or Authorization: ApiKey',
    where: 'LogDNA: /logs/ingest, /logs/agent; IBM Cloud Logs: /logs/v1',
  },
  /** Of a resource instance: manages its ingestion keys. */
  ingestion_service: {
    ...OF_INSTANCE,
    ...{ presented: 'the header servicekey, or Authorization: Token', where: 'LogDNA: /v1/config/keys' },
  },
  /** Of a tenant: reads its log. PingOne Advanced Identity Cloud, log API keys. */
  log_reading: {
    ...{ of: 'tenant', shape: '64 lower-case hexadecimal digits', bits: 256, shown: 'once' },
    ...{ presented: 'x-api-key with its id and x-api-secret, or both as Basic' },
    where: 'PingOne Advanced Identity Cloud: /monitoring',
    ...{ wellFormed: isLowerHexSecret, newSecret: newLowerHexSecret },
  },
  /** Of a tenant: its programs ask with it. Ping Autonomous Identity, API tokens. */
  tenant_program: {
    ...{ of: 'tenant', shape: 'a UUID', bits: 122, shown: 'once' },
    ...{ presented: 'X-API-KEY, or Authorization without a scheme with x-tenant-id' },
    where: 'Ping Autonomous Identity: /jas, /api/ingest',
    ...{ wellFormed: isUuidSecret, newSecret: newUuidSecret },
  },
  /** Of a tenant: acts on behalf of a user, in one role. Ivanti, REST API keys. */
  on_behalf: {
    ...{ of: 'tenant', shape: '32 upper-case hexadecimal digits', bits: 128, shown: 'once' },
    ...{ presented: 'Authorization: rest_api_key=' },
    where: 'Ivanti: /api/odata, /api/rest, also below /HEAT',
    ...{ wellFormed: isUpperHexSecret, newSecret: newUpperHexSecret },
  },
  /** The public half of a key that signs assertions for a service ID (RFC 7523); nothing of it is secret, nor can be presented. */
  public_key: {
    ...{ of: 'tenant', shape: 'a JSON Web Key Set', bits: 0, presented: 'a signed assertion', shown: 'again' },
    where: 'PingOne Advanced Identity Cloud: /am/oauth2/access_token',
    ...{ wellFormed: () => false },
  },
} as const satisfies Record<string, KeyKind>;

/** The name of a row. */
export type KeyKindName = keyof typeof KEY_KINDS;

/** The names of all rows. */
// Safe: the keys of the table are its names, and nothing adds any.
export const KEY_KIND_NAMES = Object.keys(KEY_KINDS) as readonly KeyKindName[];

/** The kinds that act as an identity: what the exchange takes, and all that the identity API knows of. */
export const IDENTITY_KINDS: readonly KeyKindName[] = ['platform', 'chosen'];

/** @returns whether a key acts as an identity; the others belong to the rooms that make them */
export const actsAsIdentity = ({ kind }: { readonly kind: KeyKindName }): boolean => IDENTITY_KINDS.includes(kind);

const INSTANCE_PREFIX = 'crn-';

/** @returns the iam id of a resource instance, as which its keys act @param crn the name of the instance */
export const instanceIamId = (crn: string): string => INSTANCE_PREFIX + crn;

/** Whether an iam id is that of a resource instance. */
export const isInstance = (iamId: string): boolean => iamId.startsWith(INSTANCE_PREFIX);
