/**
 * The plan of the house. To add a room, add its folder here; to let one domain use another, add an arrow, and say why in
 * docs/decisions/.
 */

/** A room may import rooms of lower floors, and what its own line allows. */
export type Floor = 'main' | 'server' | 'door' | 'domain' | 'platform' | 'apart';

/** Floor 2: vendor-neutral. Which other domains each may import; this is all of them, and it must stay without circles. */
export const DOMAIN_ARROWS: Readonly<Record<string, readonly string[]>> = {
  accounts: [],
  users: ['accounts'],
  'service-ids': ['users', 'accounts'],
  'resource-catalog': [],
  'api-keys': ['service-ids', 'users', 'accounts'],
  onboarding: ['api-keys', 'users', 'accounts'],
  reports: ['access-groups', 'api-keys', 'service-ids', 'users', 'accounts'],
  'sign-out': ['api-keys', 'users', 'service-ids', 'accounts'],
  'access-groups': ['accounts', 'users', 'service-ids'],
  policies: ['resource-catalog', 'access-groups', 'service-ids', 'users', 'accounts'],
  tokens: ['api-keys', 'users', 'service-ids', 'accounts'],
  'tenant-keys': ['api-keys', 'accounts'],
  'service-accounts': ['tenant-keys', 'api-keys', 'service-ids'],
  'data-sources': ['accounts'],
  'key-groups': ['tenant-keys', 'accounts', 'policies', 'resource-catalog', 'api-keys', 'users'],
  'account-log': [],
  'key-list': [
    'tenant-keys',
    'resource-keys',
    'ingestion-keys',
    'resource-instances',
    'api-keys',
    'service-ids',
    'users',
  ],
  'resource-groups': ['accounts'],
  'resource-instances': ['resource-groups', 'resource-catalog', 'accounts'],
  'ingestion-keys': ['resource-instances', 'resource-catalog', 'api-keys', 'accounts'],
  'resource-keys': [
    ...['ingestion-keys', 'resource-instances', 'resource-groups', 'resource-catalog'],
    ...['policies', 'api-keys', 'service-ids', 'accounts'],
  ],
  'log-forwarding': [],
  ingestion: ['ingestion-keys', 'resource-instances', 'resource-catalog', 'api-keys', 'accounts'],
};

/** Floor 1: what every domain stands on. */
export const PLATFORM_ROOMS: readonly string[] = [
  'access',
  'audit',
  'clock',
  'config',
  'crn',
  'http',
  'jobs',
  'nodes',
  'problems',
  'revocations',
  'secrets',
  'signing-keys',
  'spool',
  'spool-files',
  'store',
  'store-mongo-redis',
  'store-sqlite',
  'limits',
  'telemetry',
  'token-format',
];

/** Rooms that the house does not stand on, and all that each may import of it. */
export const ROOMS_APART: Readonly<Record<string, readonly string[]>> = {
  verifier: ['token-format'],
  client: [],
  cli: ['client'],
  console: ['client'],
};

/** `src/main.ts` reads the configuration and hands over to the server. */
export const MAIN_MAY_IMPORT: readonly string[] = ['server', 'config'];

/** Rooms that only the server may import: which back-end runs is its choice alone. */
export const ONLY_FOR_SERVER: readonly string[] = ['spool-files', 'store-mongo-redis', 'store-sqlite'];

/** Packages that only some rooms may import, so that a framework or driver stays where it can be replaced. */
export const PACKAGE_ROOMS: Readonly<Record<string, readonly string[]>> = {
  express: ['http', 'doors', 'server'],
  helmet: ['http', 'server'],
  ioredis: ['store-mongo-redis'],
  mongoose: ['store-mongo-redis'],
  '@node-rs/argon2': ['secrets'],
  'node:sqlite': ['store-sqlite'],
  ws: ['http'],
};

/** Names that say nothing about what is inside. */
export const FORBIDDEN_FOLDERS: readonly string[] = [
  'utils',
  'util',
  'helpers',
  'helper',
  'common',
  'shared',
  'lib',
  'types',
  'services',
  'misc',
];

/** Words of other systems; outside the doors nothing is named after one. `ping` by itself is also what one does to a server. */
export const VENDOR_WORDS: readonly RegExp[] = [
  /ibm/i,
  /bxnim/i,
  /logdna/i,
  /mezmo/i,
  /ivanti/i,
  /forgerock/i,
  /frodo/i,
  /\bPing\b/,
  /ping(?=[-_ ]?(?:one|aic|identity|autonomous|advanced|door))/i,
];

/** Files, and folders, that may say them: the rows that join the doors, the table of kinds of key, what services there are. */
export const VENDOR_ROWS: readonly string[] = [
  'src/server/doors.ts',
  'src/server/door-paths.ts',
  'src/server/service-document.ts',
  'src/api-keys/key-kinds.ts',
  'src/resource-catalog/definitions/',
];

/** Texts with such a word that are kept in every store and stand in every token: no other would mean the same. By file. */
export const VENDOR_VALUES: Readonly<Record<string, readonly string[]>> = {
  // The realm of users, with which their ids begin.
  'src/users/user.ts': ['IBMid'],
};

/** Lines of a hand-written file, at most. */
export const LINE_LIMIT = 300;
