import { recordsEachExchange } from '../accounts/exchange-records.ts';
import type { KeyKindName } from '../api-keys/key-kinds.ts';
import type { SuccessfulExchange } from '../audit/record-exchanges.ts';
import type { IdentityChain } from './identity-chain.ts';

/** By what the credential was proven. */
export interface ProvenBy {
  readonly kind: 'exchange' | 'use';
  /** The name of a grant, or the kind of a key that was itself the credential of a request. */
  readonly grant: string;
}

/** Who reads the log would find nothing in it but that it was read, and following it would never end. */
const UNRECORDED: KeyKindName = 'log_reading';

/** @returns what is written down of a proven credential: a count, and a single record where the account asks for it */
export function recordedExchange(
  { account, credential, identity }: Pick<IdentityChain, 'account' | 'credential' | 'identity'>,
  provenBy: ProvenBy,
): SuccessfulExchange {
  const { id: apiKeyId, iamId } = credential;
  const activityId = identity.kind === 'user' ? identity.membership.id : iamId;
  const isSingle = recordsEachExchange(account) && provenBy.grant !== UNRECORDED;
  return { accountId: account.id, apiKeyId, iamId, activityId, ...(isSingle && { single: provenBy }) };
}
