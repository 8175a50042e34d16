import { hash, randomBytes, randomUUID } from 'node:crypto';
import type { Account } from '../accounts/account.ts';
import type { Clock } from '../clock/clock.ts';
import { TokenRevoked } from '../problems/credential-problems.ts';
import { SealBroken, type Sealing } from '../secrets/sealing.ts';
import type { RecentReader, Store } from '../store/store.ts';
import type { SessionClaims } from '../token-format/token-claims.ts';
import { ACCESS_TOKEN_LIMIT_SECONDS } from '../token-format/token-types.ts';
import { requirePasswordEnough } from './session-life.ts';

/** What stands behind an authorization code. */
export interface CodeGrant {
  /** The session in which it was asked for; whatever ends that one ends the code. */
  readonly session: Pick<SessionClaims, 'account' | 'auth_time' | 'exp' | 'iam_id' | 'jti' | 'latchkey'>;
  /** SHA-256 of the verifier, base64url (RFC 7636, section 4.2). */
  readonly challenge: string;
  readonly redirectUri: string;
  readonly scope: string;
}

/** What is known of a code for as long as its token may be good. */
export interface CodeTrace {
  /** The `jti` of the one token that it may lead to. */
  readonly tokenId: string;
  readonly accountId: string;
  /** When that token has ended at the latest, in milliseconds. */
  readonly endsAt: number;
}

/** What a code that somebody uses is. */
export interface TakenCode {
  readonly trace: CodeTrace;
  /** `undefined`: it was used before, or is too old. Of any number of callers at once, one gets it. */
  readonly grant: CodeGrant | undefined;
  /** Somebody has used it before. */
  readonly isReplayed: boolean;
}

/** Authorization codes (RFC 6749, section 4.1.2): short-lived, used once. */
export interface AuthorizationCodes {
  /** @returns a new code, good for a minute @throws AccessDenied the account asks for more than the session was begun with */
  give(grant: CodeGrant): Promise<string>;
  /** @returns `undefined`: there was no such code within the life of a token */
  take(code: string): Promise<TakenCode | undefined>;
}

/** How long a code can be used, seconds. */
const CODE_SECONDS = 60;

/** How long it is known what became of one, seconds: as its token may live, and the minute before. */
const TRACE_SECONDS = ACCESS_TOKEN_LIMIT_SECONDS + CODE_SECONDS;

/** Random bytes of a code. */
const CODE_BYTES = 32;
const CODE = /^[A-Za-z0-9_-]{43}$/;

/** What the codes stand on. */
export interface AuthorizationCodesParts {
  readonly store: Store;
  /** May be a second old. */
  readonly accounts: Pick<RecentReader<Account, never>, 'get'>;
  readonly sealing: Sealing;
  readonly clock: Clock;
}

/** A grant, as it is kept. */
interface KeptGrant {
  readonly grant: CodeGrant;
  /** By the installation's clock; that it vanishes by itself as well only frees its space. */
  readonly expiresAt: number;
}

/**
 * @returns the codes of `store`. What stands behind one is sealed under it: who can write where such values are kept must not be able
 * to make a code of anybody's (forged grant).
 */
export function authorizationCodesIn(parts: AuthorizationCodesParts): AuthorizationCodes {
  const { store, accounts, clock } = parts;
  return {
    async give({ session, ...grant }) {
      const { account, auth_time, exp, iam_id, jti, latchkey } = session;
      // A session lives longer than the settings under which it was begun: who has only a password would have an hour more.
      const known = await accounts.get(account.bss);
      if (known === undefined) throw new TokenRevoked('The account of the session is gone.');
      requirePasswordEnough(known, iam_id);
      const code = randomBytes(CODE_BYTES).toString('base64url');
      const authTime = auth_time === undefined ? {} : { auth_time };
      const kept: KeptGrant = {
        grant: { ...grant, session: { account, ...authTime, exp, iam_id, jti, latchkey } },
        expiresAt: clock.now() + CODE_SECONDS * 1_000,
      };
      const endsAt = clock.now() + TRACE_SECONDS * 1_000;
      const trace: CodeTrace = { tokenId: randomUUID(), accountId: account.bss, endsAt };
      const { ofGrant, ofTrace } = namesOf(code);
      await keep(parts, ofTrace, trace, TRACE_SECONDS);
      await keep(parts, ofGrant, kept, CODE_SECONDS);
      return code;
    },

    async take(code) {
      if (!CODE.test(code)) return undefined;
      const { ofGrant, ofTrace, ofUses } = namesOf(code);
      // Safe, here and below: the seal proves that `give` wrote it, under this very name.
      const trace = unsealed(parts, ofTrace, await store.expiring.get(ofTrace)) as CodeTrace | undefined;
      // Nothing is counted of what was never a code: it would fill the place where it is.
      if (trace === undefined) return undefined;
      const isReplayed = (await store.expiring.increment(ofUses, TRACE_SECONDS)) > 1;
      const kept = unsealed(parts, ofGrant, await store.expiring.take(ofGrant)) as KeptGrant | undefined;
      const isGood = kept !== undefined && !isReplayed && clock.now() < kept.expiresAt;
      return { trace, grant: isGood ? kept.grant : undefined, isReplayed };
    },
  };
}

const keep = ({ store, sealing }: AuthorizationCodesParts, name: string, value: object, seconds: number) =>
  store.expiring.put(name, sealing.seal(JSON.stringify(value), name), seconds);

/** @returns what was kept under the name; `undefined`: nothing, or it was not we who kept it */
function unsealed({ sealing }: AuthorizationCodesParts, name: string, sealed: string | undefined): unknown {
  if (sealed === undefined) return undefined;
  try {
    return JSON.parse(sealing.unseal(sealed, name));
  } catch (error) {
    if (error instanceof SealBroken) return undefined;
    throw error;
  }
}

/** The code itself is kept nowhere. */
function namesOf(code: string) {
  const ofGrant = `authorization-code:${hash('sha256', code, 'base64url')}`;
  return { ofGrant, ofTrace: `${ofGrant}:trace`, ofUses: `${ofGrant}:uses` };
}
