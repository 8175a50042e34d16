import type { AccountEvent } from '../../audit/account-event.ts';
import type { ExchangeFailure } from '../../audit/exchange-failure.ts';
import { commonMembers, type EventFacts, type Payload, REALM, type SourceLine, type Topic } from './event-payload.ts';

/** Exchanges, uses of keys, and lines that were taken in. */
export function eventLines(row: AccountEvent): readonly SourceLine[] {
  if (row.kind === 'ingestion') return [{ source: 'am-activity', payload: () => ingestion(row) }];
  const { grant, more } = row;
  const proof: Proof = { ...row, operation: OPERATIONS[row.kind], means: grant, more };
  return proofLines(proof);
}

/** An exchange that gave no token, or a key that was not taken. */
export function refusalLines(row: ExchangeFailure): readonly SourceLine[] {
  const { actor, suppressed, problem = 'refused' } = row;
  return proofLines({ ...row, ...actor, operation: 'EXCHANGE', means: '', more: suppressed, problem });
}

const OPERATIONS = { exchange: 'EXCHANGE', use: 'USE' } as const;

interface Proof {
  readonly id: string;
  readonly at: number;
  readonly transactionId: string;
  readonly requestId: string;
  readonly address: string;
  readonly iamId?: string | undefined;
  readonly apiKeyId?: string | undefined;
  readonly operation: 'EXCHANGE' | 'USE';
  /** The name of a grant, or the kind of a key. */
  readonly means: string;
  /** So many were not written one by one; this stands for all of them. */
  readonly more?: number | undefined;
  /** Absent: it succeeded. */
  readonly problem?: string | undefined;
}

const proofLines = (proof: Proof): readonly SourceLine[] => [
  { source: 'am-access', payload: () => access(proof) },
  { source: 'am-authentication', payload: () => authentication(proof) },
];

function access(proof: Proof): Payload {
  const { address, operation, means, requestId, problem, more } = proof;
  return {
    ...commonMembers(factsOf(proof, 'access', 'AM-ACCESS-OUTCOME')),
    component: 'OAuth',
    realm: REALM,
    client: { ip: address },
    request: { protocol: 'OAUTH2', operation, detail: { grant: means, requestId } },
    // The status is the door's, by which the request came: each says the same refusal in its own way.
    response:
      problem === undefined
        ? { status: 'SUCCESSFUL', statusCode: '200', detail: {} }
        : { status: 'FAILED', statusCode: '', detail: { reason: problem } },
    ...moreMembers(more),
  };
}

function authentication(proof: Proof): Payload {
  const { address, iamId, means, problem, more } = proof;
  const info = {
    ipAddress: address,
    ...(problem !== undefined && { failureReason: problem }),
  };
  return {
    ...commonMembers(factsOf(proof, 'authentication', 'AM-LOGIN-COMPLETED')),
    component: 'Authentication',
    realm: REALM,
    entries: [{ moduleId: means, info }],
    principal: iamId === undefined || iamId === '' ? [] : [iamId],
    result: problem === undefined ? 'SUCCESSFUL' : 'FAILED',
    ...moreMembers(more),
  };
}

function ingestion(row: AccountEvent): Payload {
  const { iamId, details = {}, more } = row;
  const { instance, ...counts } = details;
  return {
    ...commonMembers(factsOf(row, 'activity', 'LOG-LINES-ACCEPTED')),
    component: 'Log lines',
    realm: REALM,
    objectId: instance ?? '',
    operation: 'CREATE',
    runAs: iamId,
    detail: counts,
    ...moreMembers(more),
  };
}

/** Told in words as well: who counts lines must see that this one is not one. */
const moreMembers = (more: number | undefined): Payload =>
  more === undefined
    ? {}
    : { more, message: `${more} more of these, since the timestamp, are not written one by one.` };

const factsOf = (
  { id, at, transactionId, iamId, apiKeyId }: Pick<Proof, 'id' | 'at' | 'transactionId' | 'iamId' | 'apiKeyId'>,
  topic: Topic,
  eventName: string,
): EventFacts => ({ id, at, transactionId, iamId, apiKeyId, topic, eventName });
