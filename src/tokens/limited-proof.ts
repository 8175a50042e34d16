import { hash } from 'node:crypto';
import type { Origin } from '../access/caller.ts';
import type { ExchangeRecorder } from '../audit/record-exchanges.ts';
import { addressBucketOf, type FailedAttempts } from '../limits/failed-attempts.ts';
import { isRefusal } from '../problems/is-refusal.ts';

/** What the limit stands on. */
export interface LimitedProofParts {
  readonly recorder: Pick<ExchangeRecorder, 'failed'>;
  readonly failedAttempts: FailedAttempts;
}

/** What the proof has found out of the credential when it fails; the failure is recorded with it. */
export interface KnownOfProof {
  accountId?: string;
  apiKeyId?: string;
  iamId?: string;
}

/** As at the exchange (R30): what people choose as a key must not be guessed at another door either. */
export async function limitedProof<Result>(
  { failedAttempts, recorder }: LimitedProofParts,
  secret: string,
  origin: Origin,
  prove: (known: KnownOfProof) => Promise<Result>,
): Promise<Result> {
  const known: KnownOfProof = {};
  try {
    return await prove(known);
  } catch (failure) {
    if (!isRefusal(failure)) throw failure;
    const buckets = [`address ${addressBucketOf(origin.address)}`, `secret ${hash('sha256', secret, 'base64url')}`];
    const tooMany = overLimit(failedAttempts, buckets);
    if (tooMany === undefined) for (const bucket of buckets) failedAttempts.record(bucket);
    const limited = tooMany !== undefined;
    recorder.failed(origin, { ...known, action: 'token.exchange', problem: failure.code, limited });
    throw tooMany ?? failure;
  }
}

function overLimit(attempts: FailedAttempts, buckets: readonly string[]): unknown {
  try {
    for (const bucket of buckets) attempts.check(bucket);
    return undefined;
  } catch (tooMany) {
    return tooMany;
  }
}
