import { AccessDenied } from '../problems/entity-problems.ts';
import type { Caller } from './caller.ts';

/** On what something is to be done. */
export interface Target {
  readonly accountId: string;
  /** The service the thing belongs to, as in CRNs and policies: `iam-identity`. */
  readonly service: string;
  readonly instance?: string;
  readonly resourceGroup?: string;
  /** The kind of thing: `apikey`. */
  readonly resourceType?: string;
  readonly resource?: string;
  /** The identity to which the thing itself belongs; it may read and change it. */
  readonly ownerIamId?: string;
}

/** Decides whether a caller may do something. */
export interface Access {
  /** @returns whether `caller` may do `action`, such as `iam-identity.apikey.update`, on `target` */
  allows(caller: Caller, action: string, target: Target): Promise<boolean>;
  /** @throws AccessDenied unless `allows` */
  require(caller: Caller, action: string, target: Target): Promise<void>;
}

/** What a decision needs to know of the directory. */
export interface AccessParts {
  /** @returns the identity that owns the account, or `undefined` when there is no such account */
  readonly ownerOfAccount: (accountId: string) => Promise<string | undefined>;
}

/**
 * One decision: denied by default; the owner of an account holds every right in it; an identity may do everything with
 * what is its own. It knows no route and no wire format.
 */
export function accessWith({ ownerOfAccount }: AccessParts): Access {
  const allows = async (caller: Caller, _action: string, target: Target): Promise<boolean> => {
    // A token names one account. Rights that the same identity holds in another account do not reach across:
    // without this line a user's token for one tenant would open every tenant of which the user is a member.
    if (caller.accountId !== target.accountId) return false;
    if (target.ownerIamId === caller.iamId) return true;
    return (await ownerOfAccount(target.accountId)) === caller.iamId;
  };

  return {
    allows,
    async require(caller, action, target) {
      if (await allows(caller, action, target)) return;
      throw new AccessDenied('You are not authorized to perform this action.', {
        details: `Missing right: ${action}.`,
      });
    },
  };
}
