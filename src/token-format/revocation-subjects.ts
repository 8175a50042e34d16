import type { AccessTokenClaims } from './token-claims.ts';

/** Everything there is: bumped by "sign out everybody". */
export const INSTALLATION_SUBJECT = 'installation';

/** @returns the name of an account in the live set */
export const accountSubject = (accountId: string): string => `account:${accountId}`;

/** @returns the name of a user or service ID in the live set */
export const identitySubject = (iamId: string): string => `identity:${iamId}`;

/** @returns the name of a user in one account in the live set */
export const membershipSubject = (accountId: string, iamId: string): string => `membership:${accountId}:${iamId}`;

/** @returns the name of an API key in the live set */
export const keySubject = (apiKeyId: string): string => `key:${apiKeyId}`;

/** @returns the name of a single token in the live set; revoked means a minimum generation of `REVOKED_TOKEN_GENERATION` */
export const tokenSubject = (jti: string): string => `token:${jti}`;

/** @returns the name of an authorization grant in the live set: of all tokens that came of one log-in of a client */
export const grantSubject = (grantId: string): string => `grant:${grantId}`;

/** Every token and every grant is of generation 0; taking one back puts its subject in the live set with this minimum. */
export const REVOKED_TOKEN_GENERATION = 1;

/** @returns whether the subject is one token or one grant: revoked or not, and of these there may be millions */
export const isSingleSubject = (subject: string): boolean =>
  subject.startsWith('token:') || subject.startsWith('grant:');

/** @returns whether the subject is an account, or a user in one account: what a user may leave for another account */
export const isOfOneAccount = (subject: string): boolean =>
  subject.startsWith('account:') || subject.startsWith('membership:');

/** What the live set may name, and the token's own generation of it. */
export type RevocationSubject = readonly [subject: string, generation: number];

/**
 * Everything whose end ends this token. The token is revoked when the live set holds, for any of these subjects, a minimum
 * generation above the one given here.
 */
export function revocationSubjects(
  claims: Pick<AccessTokenClaims, 'account' | 'iam_id' | 'jti' | 'latchkey'>,
): readonly RevocationSubject[] {
  const { api_key_id: apiKeyId, generations, grant_id: grantId } = claims.latchkey;
  const accountId = claims.account.bss;
  const subjects: RevocationSubject[] = [
    [tokenSubject(claims.jti), 0],
    [keySubject(apiKeyId), generations.key],
    [identitySubject(claims.iam_id), generations.identity],
    [accountSubject(accountId), generations.account],
    [INSTALLATION_SUBJECT, generations.installation],
  ];
  if (generations.membership !== undefined) {
    subjects.push([membershipSubject(accountId, claims.iam_id), generations.membership]);
  }
  if (grantId !== undefined) subjects.push([grantSubject(grantId), 0]);
  return subjects;
}
