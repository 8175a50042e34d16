import type { Clock } from '../clock/clock.ts';
import { AccessDenied } from '../problems/entity-problems.ts';
import type { Caller } from './caller.ts';
import type { Grant } from './grant.ts';
import { grantsInRole } from './in-role.ts';
import { type IdentityKind, OWN_RIGHTS, PERSONAL_RIGHTS } from './own-rights.ts';
import { effortOfComparison } from './pattern.ts';
import type { DecisionTarget, PolicySet } from './policy-set.ts';

/**
 * Stands in the place of an account: the installation as a whole, with everybody and every process in it. No account has
 * this id, which is 32 hexadecimal digits.
 */
export const INSTALLATION_SCOPE = 'installation';

/** On what something is to be done. */
export interface Target {
  /** The account to which it belongs, or `INSTALLATION_SCOPE`. */
  readonly accountId: string;
  /** The service the thing belongs to, as in CRNs and policies: `iam-identity`. */
  readonly service: string;
  /** The GUID of the resource instance. */
  readonly instance?: string;
  readonly resourceGroup?: string;
  readonly region?: string;
  /** The kind of thing: `apikey`. */
  readonly resourceType?: string;
  readonly resource?: string;
  /** What else policies for the service may ask about, by its name there. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** The identity to which the thing itself belongs; it may do with it what `own-rights.ts` says. */
  readonly ownerIamId?: string;
}

/** An identity, acting in one account, with all that it may or in one role. */
export type Subject = Pick<Caller, 'iamId' | 'accountId' | 'inRole'>;

/** Decides whether a caller may do something. */
export interface Access {
  /** @returns whether `caller` may do `action`, such as `iam-identity.apikey.update`, on `target` */
  allows(caller: Caller, action: string, target: Target): Promise<boolean>;
  /**
   * As `allows`, of one caller many times within one call: what policies give is read and compiled once, so that a list of
   * a thousand things does not cost a thousand times as much. Not to be kept for another call.
   */
  allowsOften(caller: Caller): (action: string, target: Target) => Promise<boolean>;
  /**
   * As `allows`, from what may be a second old: for what is asked with every request, and costs no call of the store. It
   * believes that `who` is there and active: ask it only about who has just been proven.
   * @throws StoreUnavailable it cannot be known
   */
  allowsLately(who: Subject, action: string, target: Target): Promise<boolean>;
  /** @throws AccessDenied unless `allows` */
  require(caller: Caller, action: string, target: Target): Promise<void>;
  /**
   * Nobody grants more than they hold (R34).
   * @throws AccessDenied unless the caller holds everything that `grants` would give in the account
   */
  requireHeld(caller: Caller, accountId: string, grants: readonly Grant[]): Promise<void>;
  /** As `requireHeld`, of one caller many times within one call, and without a refusal. Not to be kept for another call. */
  holdsOften(caller: Caller): (accountId: string, grants: readonly Grant[]) => Promise<boolean>;
  /**
   * The same for what somebody else has: whoever makes a key for an identity, or joins a group, comes to hold it.
   * @param subject an iam id, or the id of an access group
   * @param role a CRN: only what is given by this role counts. Default: all
   * @throws AccessDenied unless the caller holds everything that policies of the account give to `subject`
   */
  requireHeldBy(caller: Caller, accountId: string, subject: string, role?: string): Promise<void>;
  /**
   * @param role a CRN, as its service lists it
   * @returns whether the identity has this role somewhere in the account; its owner has every role that there is
   */
  hasRole(who: Omit<Subject, 'inRole'>, role: string): Promise<boolean>;
  /** The same, from what may be a second old: for what is asked with every request, and costs no call of the store. */
  hasRoleLately(who: Omit<Subject, 'inRole'>, role: string): Promise<boolean>;
}

/** Who runs the installation, and the account in which he acts as the one who does. */
export interface Operator {
  readonly iamId: string;
  readonly accountId: string;
}

/** What a decision needs to know of the directory. */
export interface AccessParts {
  /** @returns who runs the installation; `undefined` while there is none */
  readonly operator: () => Promise<Operator | undefined>;
  /** For decisions that hold at once: never stale. */
  readonly directory: AccessDirectory;
  /** For decisions that may be a second old. */
  readonly recentDirectory: AccessDirectory;
  readonly kindOfIdentity: (iamId: string) => IdentityKind;
  readonly clock: Clock;
}

/** Who owns what, and has which rights. */
export interface AccessDirectory {
  /** @returns the identity that owns the account, or `undefined` when there is no such account */
  readonly ownerOfAccount: (accountId: string) => Promise<string | undefined>;
  /** @returns what policies of the account give to an iam id, also through its groups, or to an access group */
  readonly policySetOf: (accountId: string, subject: string) => Promise<PolicySet>;
  /** @returns what a role gives to whoever has it in the whole account; nothing when there is no such role. @param role a CRN */
  readonly roleSetOf: (accountId: string, role: string) => Promise<PolicySet>;
}

/**
 * One decision: denied by default; the owner of an account holds every right in it, but for what is a user's own alone;
 * others hold there what policies give them, and in one role no more than policies give them by it; the operator holds every right over the installation, and none in the accounts of others; an identity may do with what is its
 * own what its kind allows. It knows no route and no wire format.
 */
export function accessWith(parts: AccessParts): Access {
  const { operator, directory, recentDirectory, kindOfIdentity, clock } = parts;
  const { ownerOfAccount, policySetOf, roleSetOf } = directory;

  const isOwnRight = ({ iamId }: Subject, action: string, { ownerIamId }: Target): boolean =>
    ownerIamId === iamId && OWN_RIGHTS[kindOfIdentity(iamId)].has(action);

  // The operator's token for an account of somebody else, handed to a service there, must not open the installation.
  const isOperator = async ({ iamId, accountId }: Subject): Promise<boolean> => {
    const known = await operator();
    return known?.iamId === iamId && known.accountId === accountId;
  };

  /** Whether the action is one that only the user may do to whom the thing belongs, and the caller is somebody else. */
  const isOthersPersonal = ({ iamId }: Subject, action: string, { ownerIamId }: Target): boolean =>
    ownerIamId !== undefined &&
    ownerIamId !== iamId &&
    kindOfIdentity(ownerIamId) === 'user' &&
    PERSONAL_RIGHTS.has(action);

  const decide = async (known: AccessDirectory, caller: Subject, action: string, target: Target): Promise<boolean> => {
    const { inRole } = caller;
    if (target.accountId === INSTALLATION_SCOPE) {
      // A role is one of an account, and gives nothing over all of them.
      return inRole === undefined && (isOwnRight(caller, action, target) || isOperator(caller));
    }
    // A token names one account. Rights that the same identity holds in another account do not reach across:
    // without this line a user's token for one tenant would open every tenant of which the user is a member.
    if (caller.accountId !== target.accountId) return false;
    // Privilege growth: a token proves its identity for an hour, and its kind decides what may outlive that hour.
    // In one role it has no more than that gives: rights on what is its own are of no role.
    if (inRole === undefined && isOwnRight(caller, action, target)) return true;
    // Takeover of a guest: the owner of this account would become the user in every other account of the user.
    if (isOthersPersonal(caller, action, target)) return false;
    const asked = decisionTarget(target);
    // A policy may give several roles at once, so that who has one of them by it is known, but not what that one gives.
    if (inRole !== undefined) {
      const role = await known.roleSetOf(target.accountId, inRole);
      if (!role.permits(action, asked, clock.now())) return false;
    }
    if ((await known.ownerOfAccount(target.accountId)) === caller.iamId) return true;
    const policies = await known.policySetOf(target.accountId, caller.iamId);
    return policies.permits(action, asked, clock.now(), inRole);
  };

  const holds = async (
    known: AccessDirectory,
    caller: Caller,
    { accountId, grants }: { readonly accountId: string; readonly grants: readonly Grant[] },
  ): Promise<boolean> => {
    if (grants.length === 0) return true;
    if (caller.accountId !== accountId) return false;
    // Way out of a role: whoever acts in one would give on, or make a key of, what the identity holds beside it.
    if (caller.inRole !== undefined) return false;
    if ((await known.ownerOfAccount(accountId)) === caller.iamId) return true;
    const held = await known.policySetOf(accountId, caller.iamId);
    const effort = effortOfComparison();
    return grants.every((grant) => held.covers(grant, effort));
  };

  const requireHeld = async (caller: Caller, accountId: string, grants: readonly Grant[]): Promise<void> => {
    if (await holds(directory, caller, { accountId, grants })) return;
    throw new AccessDenied('You are not authorized to perform this action.', {
      details: 'You may only give rights that you hold yourself, on the same resources.',
    });
  };

  const hasRole = async (known: AccessDirectory, { iamId, accountId }: Subject, role: string): Promise<boolean> => {
    if ((await known.ownerOfAccount(accountId)) !== iamId) {
      return (await known.policySetOf(accountId, iamId)).grants.some(({ roles }) => roles?.includes(role) === true);
    }
    return (await known.roleSetOf(accountId, role)).grants.length > 0;
  };

  return {
    allows: (caller, action, target) => decide(directory, caller, action, target),
    allowsOften(caller) {
      const known = readOnce(directory);
      return (action, target) => decide(known, caller, action, target);
    },
    allowsLately: (who, action, target) => decide(recentDirectory, who, action, target),
    requireHeld,
    holdsOften(caller) {
      const known = readOnce(directory);
      return (accountId, grants) => holds(known, caller, { accountId, grants });
    },
    async requireHeldBy(caller, accountId, subject, role) {
      if (subject === caller.iamId && caller.inRole === undefined) return;
      // Takeover of the owner: the owner's rights are in no policy.
      if (subject === (await ownerOfAccount(accountId))) {
        throw new AccessDenied('You are not authorized to perform this action.', {
          details: 'Only the owner of the account may do this.',
        });
      }
      const { grants } = await policySetOf(accountId, subject);
      const given = role === undefined ? grants : grantsInRole(grants, role, await roleSetOf(accountId, role));
      await requireHeld(caller, accountId, given);
    },
    hasRole: (who, role) => hasRole(directory, who, role),
    hasRoleLately: (who, role) => hasRole(recentDirectory, who, role),
    async require(caller, action, target) {
      if (await decide(directory, caller, action, target)) return;
      throw new AccessDenied('You are not authorized to perform this action.', {
        details: isOthersPersonal(caller, action, target)
          ? `Only the user may do this with what is the user's own: ${action}.`
          : `Missing right: ${action}.`,
      });
    },
  };
}

/** The same directory, which reads each thing once. */
function readOnce({ ownerOfAccount, policySetOf, roleSetOf }: AccessDirectory): AccessDirectory {
  const owners = new Map<string, Promise<string | undefined>>();
  const sets = new Map<string, Promise<PolicySet>>();
  const roles = new Map<string, Promise<PolicySet>>();
  return {
    ownerOfAccount: (accountId) => once(owners, accountId, () => ownerOfAccount(accountId)),
    policySetOf: (accountId, subject) => once(sets, `${accountId} ${subject}`, () => policySetOf(accountId, subject)),
    roleSetOf: (accountId, role) => once(roles, `${accountId} ${role}`, () => roleSetOf(accountId, role)),
  };
}

function once<T>(known: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> {
  const reading = known.get(key) ?? read();
  known.set(key, reading);
  return reading;
}

function decisionTarget({ accountId, service, attributes, ...target }: Target): DecisionTarget {
  const { instance, resourceGroup, region, resourceType, resource } = target;
  return {
    service,
    attributes: {
      ...attributes,
      ...{ accountId, serviceInstance: instance, resourceGroupId: resourceGroup },
      ...{ region, resourceType, resource },
    },
  };
}
