import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Access, Target } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { AccessDenied } from '../problems/entity-problems.ts';
import { SERVICE_IDS } from '../service-ids/service-id.ts';
import type { Store } from '../store/store.ts';
import { isUser } from '../users/is-user.ts';
import { MEMBERSHIPS, membershipId } from '../users/user.ts';
import { ACCESS_SETTINGS, accessSettingsFromTheStart, letsIn } from './access-settings.ts';
import { serviceOfIamId } from './service-subject.ts';

/** What somebody asks about somebody else. */
export interface Question {
  /** Of a service: `crn-` and its CRN. */
  readonly iamId: string;
  /** The account in which the subject acts; absent: that of the target. */
  readonly accountId?: string | undefined;
  readonly action: string;
  readonly target: Target;
}

/** Decisions about others, for services that ask before they do something. */
export interface Decisions {
  /**
   * @returns an answer for each question, in their order
   * @throws AccessDenied  the caller may not ask about one of the services; then none is answered
   */
  decide(caller: Caller, questions: readonly Question[]): Promise<readonly boolean[]>;
}

/** What decisions about others stand on. */
export interface DecisionsParts {
  readonly store: Store;
  readonly access: Access;
}

/** @returns decisions over what may be a second old: services ask with every request of theirs */
export function decisionsIn({ store, access }: DecisionsParts): Decisions {
  const memberships = store.readRecent(MEMBERSHIPS);
  const serviceIds = store.readRecent(SERVICE_IDS);
  const settings = store.readRecent(ACCESS_SETTINGS);

  /** Whether somebody of this name may act in the account at all: rights outlive a suspension. */
  const mayAct = async (iamId: string, accountId: string): Promise<boolean> => {
    const service = serviceOfIamId(iamId);
    if (service !== undefined) {
      if (service.accountId === undefined || service.accountId === accountId) return true;
      const known = (await settings.get(accountId)) ?? accessSettingsFromTheStart(accountId);
      return letsIn(known, 'service', service.accountId);
    }
    if (isUser(iamId)) {
      return (await memberships.get(membershipId(accountId, iamId)))?.state === 'active';
    }
    const serviceId = await serviceIds.find('byIamId', [iamId]);
    return serviceId?.accountId === accountId && serviceId.state === 'active';
  };

  const mayAsk = async (caller: Caller, questions: readonly Question[]): Promise<void> => {
    const about = new Map(questions.map(({ target }) => [`${target.accountId} ${target.service}`, target]));
    for (const { accountId, service } of about.values()) {
      // Whoever may ask about any service could learn who may do what everywhere (reconnaissance).
      const target = { accountId, service: 'latchkey', resourceType: 'service', resource: service };
      if (await access.allowsLately(caller, ASK, target)) continue;
      throw new AccessDenied('You are not authorized to perform this action.', {
        details: `Missing right: ${ASK} for the service ${service}.`,
      });
    }
  };

  return {
    async decide(caller, questions) {
      await mayAsk(caller, questions);
      const answers: boolean[] = [];
      for (const { iamId, action, target, accountId = target.accountId } of questions) {
        const isOfTheAccount = accountId === target.accountId;
        const acts = isOfTheAccount && (await mayAct(iamId, accountId));
        answers.push(acts && (await access.allowsLately({ iamId, accountId }, action, target)));
        // Each may take some milliseconds, and a hundred may be asked for at once: others come in between.
        if (answers.length < questions.length) await othersTurn();
      }
      return answers;
    },
  };
}

/** Part of the role Verifier of this product; on one service only, when the policy names it as its resource. */
const ASK = 'latchkey.decision.read';
