import { answerOrNone, type Witness } from '../../test/harness/faults/witnesses.ts';
import type { Fleet } from './fleet.ts';

/** A key of a service ID, as its owner knows it. */
export interface OwnedKey {
  readonly id: string;
  readonly secret: string;
  readonly serviceId: string;
  readonly iamId: string;
}

/** The account's owner, and what belongs to the account. */
export interface Owner {
  readonly accountId: string;
  readonly iamId: string;
  readonly adminKey: string;
  /** A bearer token of the owner, good for an hour. */
  readonly token: string;
}

/** @returns the owner of the fleet's first account, with a fresh token */
export async function ownerOf({ nodes: [first] }: Pick<Fleet, 'nodes'>): Promise<Owner> {
  if (first === undefined) throw new Error('the fleet has no node');
  const adminKey = await first.adminKey();
  const token = await first.tokenOf(adminKey);
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return { accountId: String(claims.account.bss), iamId: String(claims.iam_id), adminKey, token };
}

/** Makes a service ID with one key. @returns `undefined` when the service cannot now */
export async function makeKey(
  { call }: Pick<Witness, 'call'>,
  { token, accountId }: Owner,
): Promise<OwnedKey | undefined> {
  const json = { name: 'drilled', account_id: accountId, apikey: { name: 'drilled' } };
  const answer = await answerOrNone(() => call('POST', '/v1/serviceids', { token, json }));
  if (answer === undefined || answer.status === 503) return undefined;
  const { status, body, text } = answer;
  if (status !== 201) throw new Error(`a service ID is made: ${status} ${text}`);
  return {
    ...{ id: String(body.apikey.id), secret: String(body.apikey.apikey) },
    ...{ serviceId: String(body.id), iamId: String(body.iam_id) },
  };
}

/** Makes several. @throws when one cannot be made */
export function makeKeys(asked: Pick<Witness, 'call'>, owner: Owner, count: number): Promise<readonly OwnedKey[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const key = await makeKey(asked, owner);
      if (key === undefined) throw new Error('no key could be made');
      return key;
    }),
  );
}
