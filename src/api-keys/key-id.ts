import { randomUUID } from 'node:crypto';

const PREFIX = 'ApiKey-';

/** @returns the id of a new key, of whatever kind: `ApiKey-<uuid>` */
export const newKeyId = (): string => PREFIX + randomUUID();

/** @returns the UUID of a key's id, by which clients of some systems know the key; it is no secret */
export const uuidOfKey = (id: string): string => (id.startsWith(PREFIX) ? id.slice(PREFIX.length) : id);

/** @returns the id of the key with this UUID, which may stand there whole already */
export const keyIdOf = (uuid: string): string => (uuid.startsWith(PREFIX) ? uuid : PREFIX + uuid);
