/**
 * What is done to the installation as a whole. No role gives any of it: policies are of accounts, and the installation
 * stands above them. The operator may do all of it, a user what is the user's own.
 */
export const INSTALLATION_ACTIONS: ReadonlySet<string> = new Set([
  'iam-identity.user.sign-out',
  'latchkey.account.clear-addresses',
  'latchkey.account.create',
  'latchkey.account.get',
  'latchkey.account.list',
  'latchkey.account.update',
  'latchkey.installation.sign-out',
  'latchkey.node.list',
  'latchkey.user.clear-password',
  'latchkey.user.introduce',
]);
