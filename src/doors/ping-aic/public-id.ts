import { keyIdOf, uuidOfKey } from '../../api-keys/key-id.ts';

// Linear: one class, a fixed number of times.
const PUBLIC_ID = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;

/** The id of a log API key, as clients know it: 32 hexadecimal digits. */
export const publicIdOf = (id: string): string => uuidOfKey(id).replaceAll('-', '');

/** @returns the id of the key that clients know by this one; an id that no key has, if it is none */
export const logKeyIdOf = (publicId: string): string => {
  const [whole, ...parts] = PUBLIC_ID.exec(publicId) ?? [];
  return whole === undefined ? '' : keyIdOf(parts.join('-'));
};
