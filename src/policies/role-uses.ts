import { everyPage } from '../store/every-page.ts';
import type { Store } from '../store/store.ts';
import { servicesOf } from './compile-policy.ts';
import { type CustomRole, customRoleCrn } from './custom-role.ts';
import { POLICIES, type Policy } from './policy.ts';

const ROWS_AT_ONCE = 500;

/**
 * Looks through the active policies of the account. That takes as long as there are many of them, and is asked only when a
 * role is to be made or deleted. While one that is to be deleted is `ending` no policy begins to name it, so that none is missed.
 * @returns a policy that gives the role, or `undefined`
 */
export async function policyUsing(
  store: Store,
  role: Pick<CustomRole, 'accountId' | 'service' | 'name'>,
): Promise<Policy | undefined> {
  const crn = customRoleCrn(role);
  const uses = ({ content }: Policy): boolean =>
    content.roles.includes(crn) && servicesOf(content).some(({ name }) => name === role.service);
  const request = { equals: [role.accountId, 'active'], limit: ROWS_AT_ONCE };
  for await (const rows of everyPage(store.read(POLICIES), 'byCreation', request)) {
    const found = rows.find(uses);
    if (found !== undefined) return found;
  }
  return undefined;
}
