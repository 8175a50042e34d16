import { ParameterInvalid } from '../problems/request-problems.ts';
import { defineCollection, type Entity } from '../store/collection.ts';

/** That a host name is taken: of two accounts that want one, the second insert fails. */
export interface HostName extends Entity {
  /** The name, in lower case. */
  readonly id: string;
  readonly accountId: string;
}

/** All host names of all accounts; followed, because some doors ask with every request whose name it has. */
export const HOST_NAMES = defineCollection<HostName>()('host_names', {
  fields: { id: 'string', entityTag: 'string', accountId: 'string' },
  indexes: { byAccount: { fields: ['accountId', 'id'] } },
  followed: true,
});

/** Most host names of one account: each is a row of the commit that makes it. */
export const MOST_HOST_NAMES = 20;
/** RFC 1035, section 2.3.4. */
const LONGEST_HOST_NAME = 253;

// Linear: one class, bounded.
const LABEL = /^[a-z0-9-]{1,63}$/;
const ALL_DIGITS = /^[0-9]+$/;

/**
 * The host names as they are kept: in lower case, each once.
 * @throws ParameterInvalid  one is no DNS name, an address, or stands twice; there are too many
 */
export function readHostNames(texts: readonly string[]): readonly string[] {
  if (texts.length > MOST_HOST_NAMES) {
    throw new ParameterInvalid('host_names', `must be at most ${MOST_HOST_NAMES} entries long`);
  }
  return texts.map((text, index) => {
    const name = text.toLowerCase();
    if (!isHostName(text, name))
      throw new ParameterInvalid(`host_names.${index}`, 'must be a DNS name, such as keys.example.com');
    if (texts.findIndex((other) => other.toLowerCase() === name) !== index) {
      throw new ParameterInvalid(`host_names.${index}`, 'stands twice');
    }
    return name;
  });
}

function isHostName(text: string, name: string): boolean {
  // Letters that only become ASCII in lower case would make two texts one name.
  if (name.length > LONGEST_HOST_NAME || name.length !== Buffer.byteLength(text)) return false;
  const labels = name.split('.');
  // An IPv4 address has the form of a name, and is none (RFC 1123, section 2.1).
  if (ALL_DIGITS.test(labels.at(-1) ?? '')) return false;
  return labels.every((label) => LABEL.test(label) && !label.startsWith('-') && !label.endsWith('-'));
}
