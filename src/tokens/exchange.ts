import { hash } from 'node:crypto';
import type { Origin } from '../access/caller.ts';
import type { RequireAllowedAddress } from '../accounts/allowed-addresses.ts';
import { requireUsable } from '../api-keys/authenticate-api-key.ts';
import type { ExchangeRecorder } from '../audit/record-exchanges.ts';
import type { Clock } from '../clock/clock.ts';
import { addressBucketOf, type FailedAttempts } from '../limits/failed-attempts.ts';
import { AccountMismatch, ClientCredentialsMissing, GrantUnsupported } from '../problems/credential-problems.ts';
import { isRefusal } from '../problems/is-refusal.ts';
import { Problem } from '../problems/problem.ts';
import { withoutSecrets } from '../telemetry/redaction.ts';
import type { AuthenticateClient } from './authenticate-client.ts';
import type { IdentityChain, LoadIdentityChain } from './identity-chain.ts';
import type { IssueToken } from './issue-token.ts';
import { recordedExchange } from './recorded-exchange.ts';
import { requirePasswordEnough } from './session-life.ts';
import type { Grant, GrantedToken, Proven, TokenRequest } from './token-request.ts';

/** Turns a proven credential into a token. @throws GrantUnsupported, and whatever the steps refuse with */
export type Exchange = (request: TokenRequest, origin: Origin) => Promise<GrantedToken>;

/** What the exchange stands on. */
export interface ExchangeParts {
  readonly grants: ReadonlyMap<string, Grant>;
  readonly authenticateClient: AuthenticateClient;
  readonly loadIdentityChain: LoadIdentityChain;
  readonly requireAllowedAddress: RequireAllowedAddress;
  readonly issueToken: IssueToken;
  readonly clock: Clock;
  readonly recorder: ExchangeRecorder;
  readonly failedAttempts: FailedAttempts;
  /** One more exchange of this outcome, for the metrics. */
  readonly onOutcome: (outcome: 'success' | 'failure', code: string) => void;
}

/** What is known of the credential so far; a failure is recorded with it. */
interface Progress {
  proven?: Proven;
}

/** Every grant passes the same steps in the same order, so that no grant and no door can leave one out. */
export function exchangeWith(parts: ExchangeParts): Exchange {
  const { grants, authenticateClient, loadIdentityChain, requireAllowedAddress, issueToken, clock } = parts;
  const { recorder, onOutcome } = parts;

  return async (request, origin) => {
    const progress: Progress = {};
    try {
      const grant = request.offered.includes(request.grant) ? grants.get(request.grant) : undefined;
      if (grant === undefined) throw unsupported(request);
      if (grant.needsClient && request.client === undefined) throw clientMissing();
      const clientId = await authenticateClient(request.client);
      progress.proven = await grant.prove(request, origin);
      const { credential, accountId = request.accountId, ...further } = progress.proven;
      requireUsable(credential, clock.now());
      // Outlived sign-out: read anew, it could have the generations of a cut-off that came after the proof and is meant for it.
      const chain = further.chain ?? (await loadIdentityChain(credential, accountId));
      refuseOtherAccounts(chain, request);
      requireAllowedAddress(chain.account, origin.address);
      if (further.authenticatedAt !== undefined) requirePasswordEnough(chain.account, credential.iamId);
      const { grantId, scope, authenticatedAt, tokenId } = further;
      const issued = { clientId, grantId, grantClaim: grant.claim, scope, authenticatedAt, tokenId };
      const token = await issueToken(chain, { ...issued, asSession: request.asSession });
      recorder.succeeded(origin, recordedExchange(chain, { kind: 'exchange', grant: request.grant }));
      onOutcome('success', 'none');
      return token;
    } catch (failure) {
      const code = failure instanceof Problem ? failure.code : 'internal_error';
      onOutcome('failure', code);
      const answered = isRefusal(failure) ? limited(failure, parts.failedAttempts, request, origin) : failure;
      const known = { ...knownOf(progress), limited: answered !== failure };
      recorder.failed(origin, { action: 'token.exchange', problem: code, ...known });
      throw answered;
    }
  };
}

/** The tenant list of a caller that would rather have no token than one for another account. */
function refuseOtherAccounts({ account }: IdentityChain, { acceptedAccountIds }: TokenRequest): void {
  if (acceptedAccountIds === undefined || acceptedAccountIds.includes(account.id)) return;
  throw new AccountMismatch('The API key belongs to none of the accounts asked for.');
}

/**
 * Counts the failure of the address and of the secret (R30). Only failures: an honest key behind the same address goes on
 * working.
 * @returns what the caller hears: the failure, or "too many" in its place once there were too many
 */
function limited(failure: unknown, attempts: FailedAttempts, { secret }: TokenRequest, { address }: Origin): unknown {
  const buckets = [`address ${addressBucketOf(address)}`];
  if (secret !== undefined) buckets.push(`secret ${hash('sha256', secret, 'base64url')}`);
  try {
    for (const bucket of buckets) attempts.check(bucket);
  } catch (tooMany) {
    return tooMany;
  }
  for (const bucket of buckets) attempts.record(bucket);
  return failure;
}

function knownOf({ proven }: Progress): { accountId?: string; apiKeyId?: string; iamId?: string } {
  if (proven === undefined) return {};
  const { id, accountId, iamId } = proven.credential;
  return { accountId, apiKeyId: id, iamId };
}

function unsupported({ grant, offered }: TokenRequest): GrantUnsupported {
  return new GrantUnsupported('The grant type is not supported.', {
    details: `Supported: ${offered.join(', ')}.`,
    // Whole before it is cut: a key in the wrong field must not leave half of itself in the log.
    diagnostic: `asked for '${withoutSecrets(grant).slice(0, 100)}'`,
  });
}

const clientMissing = (): ClientCredentialsMissing =>
  new ClientCredentialsMissing('The grant needs a client.', {
    details: 'Send the credentials of the client that got the token in an Authorization header (Basic).',
  });
