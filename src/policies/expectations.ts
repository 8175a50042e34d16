import { EntityLocked, LimitReached } from '../problems/entity-problems.ts';
import { ParameterInvalid } from '../problems/request-problems.ts';
import { SERVICE_IDS } from '../service-ids/service-id.ts';
import { type Change, expectUnchanged } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { servicesOf } from './compile-policy.ts';
import { CUSTOM_ROLES, type CustomRole, customRoleNameOf } from './custom-role.ts';
import { type NewPolicy, subjectKeyOf } from './new-policy.ts';
import { POLICIES, type PolicyContent } from './policy.ts';

/** Most policies of one subject in one account, as at other installations of this API: what a decision has to look through. */
const MOST_OF_A_SUBJECT = 1_000;

/**
 * Looks up what a new policy stands on.
 * @returns what its commit must expect to be unchanged, so that nothing is locked or removed in between
 * @throws EntityLocked      it is for a locked service ID
 * @throws ParameterInvalid  the account has no such custom role
 */
export async function expectationsOf(
  store: Store,
  accountId: string,
  { content }: Pick<NewPolicy, 'content'>,
): Promise<readonly Change[]> {
  const roles = await customRolesOf(store, accountId, content);
  return [
    ...(await unlockedServiceId(store, accountId, content)),
    ...roles.map((role) => expectUnchanged(CUSTOM_ROLES, role)),
  ];
}

/** @throws LimitReached  the subject has as many policies as it may */
export async function refuseTooMany(store: Store, accountId: string, { content }: Pick<NewPolicy, 'content'>) {
  const ofSubject = [accountId, subjectKeyOf(content), 'active'];
  if ((await store.read(POLICIES).count('bySubject', ofSubject, MOST_OF_A_SUBJECT)) < MOST_OF_A_SUBJECT) return;
  throw new LimitReached(`A subject may have ${MOST_OF_A_SUBJECT} policies in an account.`, {
    details: 'Give rights to access groups.',
  });
}

/** Others, of other accounts among them, are none of this account's business: a subject need not exist (yet). */
async function unlockedServiceId(store: Store, accountId: string, content: PolicyContent): Promise<readonly Change[]> {
  const { iam_id: iamId } = content.subject;
  const serviceId = iamId === undefined ? undefined : await store.read(SERVICE_IDS).find('byIamId', [iamId]);
  if (serviceId?.accountId !== accountId) return [];
  if (serviceId.locked) throw new EntityLocked('The service ID is locked.', { details: 'Unlock it first.' });
  return [expectUnchanged(SERVICE_IDS, serviceId)];
}

async function customRolesOf(store: Store, accountId: string, content: PolicyContent): Promise<readonly CustomRole[]> {
  const reader = store.read(CUSTOM_ROLES);
  const found: CustomRole[] = [];
  for (const crn of content.roles) {
    const name = customRoleNameOf(crn, accountId);
    if (name === undefined) continue;
    const values = servicesOf(content).map((service) => [accountId, service.name, name]);
    const named = await Promise.all(values.map((value) => reader.find('byName', value)));
    const usable = named.flatMap((role) => (role?.state === 'active' ? [role] : []));
    if (usable.length === 0) throw new ParameterInvalid('roles', `has a role that the service does not have, ${crn}`);
    found.push(...usable);
  }
  return found;
}
