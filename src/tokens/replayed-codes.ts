import type { Origin } from '../access/caller.ts';
import { AUDIT_EVENTS, auditEvent } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { accountCrn } from '../crn/crn.ts';
import type { LiveSet } from '../revocations/live-set.ts';
import { tokenRevocation } from '../revocations/revocation.ts';
import { insert } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import type { CodeTrace } from './authorization-codes.ts';
import { endedOnce } from './end-once.ts';

/**
 * Ends the token of a code that is used again (RFC 6749, section 4.1.2): one of both who used it has stolen it, and it cannot be told
 * who. Durable when it returns, also where the token is still being made.
 */
export type EndReplayed = (trace: CodeTrace, origin: Origin) => Promise<void>;

/** What ending stands on. */
export interface ReplayedCodesParts {
  readonly store: Store;
  readonly revocations: Pick<LiveSet, 'learn'>;
  readonly clock: Clock;
}

/** @returns what ends the tokens of codes that are used again */
export function replayedCodes({ store, revocations, clock }: ReplayedCodesParts): EndReplayed {
  return async ({ tokenId, accountId, endsAt }, origin) => {
    const at = clock.now();
    const target = accountCrn('iam-identity', accountId, 'token', tokenId);
    // Nobody asked for it: the service itself does it.
    const change = { at, action: 'token.revoke', accountId, target, targetId: tokenId, actor: {} } as const;
    const ended = tokenRevocation(tokenId, accountId, endsAt, at);
    const event = insert(AUDIT_EVENTS, auditEvent(origin, { ...change, outcome: 'success' }));
    const { subject, minimum, expiresAt } = await endedOnce(store, ended, event);
    revocations.learn(subject, minimum, expiresAt);
  };
}
