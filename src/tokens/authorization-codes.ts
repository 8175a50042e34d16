import { hash, randomBytes } from 'node:crypto';
import type { Clock } from '../clock/clock.ts';
import { SealBroken, type Sealing } from '../secrets/sealing.ts';
import type { Store } from '../store/store.ts';
import type { SessionClaims } from '../token-format/token-claims.ts';

/** What stands behind an authorization code. */
export interface CodeGrant {
  /** The session in which it was asked for; whatever ends that one ends the code. */
  readonly session: Pick<SessionClaims, 'account' | 'exp' | 'iam_id' | 'jti' | 'latchkey'>;
  /** SHA-256 of the verifier, base64url (RFC 7636, section 4.2). */
  readonly challenge: string;
  readonly redirectUri: string;
  readonly scope: string;
}

/** Authorization codes (RFC 6749, section 4.1.2): short-lived, used once. */
export interface AuthorizationCodes {
  /** @returns a new code, good for a minute */
  give(grant: CodeGrant): Promise<string>;
  /** Of any number of callers at once, one gets it. @returns `undefined`: it is none, was used, or is too old */
  take(code: string): Promise<CodeGrant | undefined>;
}

/** How long a code can be used, seconds. */
const CODE_SECONDS = 60;

/** Random bytes of a code. */
const CODE_BYTES = 32;
const CODE = /^[A-Za-z0-9_-]{43}$/;

/** What the codes stand on. */
export interface AuthorizationCodesParts {
  readonly store: Store;
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
export function authorizationCodesIn({ store, sealing, clock }: AuthorizationCodesParts): AuthorizationCodes {
  return {
    async give({ session, ...grant }) {
      const code = randomBytes(CODE_BYTES).toString('base64url');
      const { account, exp, iam_id, jti, latchkey } = session;
      const kept: KeptGrant = {
        grant: { ...grant, session: { account, exp, iam_id, jti, latchkey } },
        expiresAt: clock.now() + CODE_SECONDS * 1_000,
      };
      const name = nameOf(code);
      await store.expiring.put(name, sealing.seal(JSON.stringify(kept), name), CODE_SECONDS);
      return code;
    },

    async take(code) {
      if (!CODE.test(code)) return undefined;
      const name = nameOf(code);
      const sealed = await store.expiring.take(name);
      if (sealed === undefined) return undefined;
      try {
        // Safe: the seal proves that `give` wrote it, under this very name.
        const { grant, expiresAt } = JSON.parse(sealing.unseal(sealed, name)) as KeptGrant;
        return clock.now() < expiresAt ? grant : undefined;
      } catch (error) {
        if (error instanceof SealBroken) return undefined;
        throw error;
      }
    },
  };
}

/** The code itself is kept nowhere. */
const nameOf = (code: string): string => `authorization-code:${hash('sha256', code, 'base64url')}`;
