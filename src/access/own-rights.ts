/** The kinds of identities, as far as rights on their own things differ. */
export type IdentityKind = 'user' | 'service-id';

const ON_EVERY_OWN_KEY = [
  'iam-identity.apikey.get',
  'iam-identity.apikey.list',
  'iam-identity.apikey.update',
  'iam-identity.apikey.lock',
  'iam-identity.apikey.disable',
  'iam-identity.apikey.delete',
  'iam-identity.apikey.sign-out',
] as const;

/** What makes a credential out of an identity, or a longer or readable one out of a credential. */
const MAKING_CREDENTIALS = [
  'iam-identity.apikey.create',
  'iam-identity.apikey.extend',
  'iam-identity.apikey.enable',
  'iam-identity.apikey.reveal',
] as const;

/**
 * What an identity may do with what is its own, without a right in the account.
 *
 * A service ID may look after its keys and end them, and no more: whoever steals one of its tokens, which lives for an
 * hour, must not make an everlasting credential of it (a new key, a later end, a key that was switched off, a stored value).
 * Whoever it is may end all tokens of its own: there is less to be gained by it than by using the one it asks with.
 */
export const OWN_RIGHTS: Readonly<Record<IdentityKind, ReadonlySet<string>>> = {
  user: new Set<string>([
    ...ON_EVERY_OWN_KEY,
    'iam-identity.apikey.unlock',
    ...MAKING_CREDENTIALS,
    'iam-identity.user.sign-out',
    'iam-identity.membership.sign-out',
    'user-management.user.get',
    'user-management.profile.update',
    'user-management.password.update',
    'user-management.password.remove',
  ]),
  'service-id': new Set<string>([...ON_EVERY_OWN_KEY, 'iam-identity.serviceid.sign-out']),
};

/**
 * What nobody but the user may do with what is the user's, not even the owner of the account: the key of a user acts in
 * every account of which the user is a member, so whoever makes one, or keeps one alive, acts in accounts of others.
 */
export const PERSONAL_RIGHTS: ReadonlySet<string> = new Set<string>([
  ...MAKING_CREDENTIALS,
  'iam-identity.apikey.update',
  // A user has one name in all accounts, and one password.
  'user-management.profile.update',
  'user-management.password.update',
  'user-management.password.remove',
]);
