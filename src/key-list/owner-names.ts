import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import type { ResourceInstance } from '../resource-instances/resource-instance.ts';
import { SERVICE_IDS } from '../service-ids/service-id.ts';
import type { Store } from '../store/store.ts';
import { isUser } from '../users/is-user.ts';
import { knownMember } from '../users/named-members.ts';
import type { KeyOwner } from './listed-key.ts';

/** @returns the kind of the owner of a key, and the name if the caller may know it */
export type OwnerNameOf = (
  iamId: string,
  instance: ResourceInstance | undefined,
) => Promise<Pick<KeyOwner, 'kind' | 'name'>>;

/** @returns the look-up in `store`; for one call, in which it may be asked often */
export function ownerNamesIn(
  { store, access }: { readonly store: Store; readonly access: Access },
  caller: Caller,
): OwnerNameOf {
  const { accountId } = caller;
  const allows = access.allowsOften(caller);
  const known = new Map<string, Promise<string | undefined>>();

  const nameOf = async (iamId: string): Promise<string | undefined> => {
    if (isUser(iamId)) {
      // Who may not see who the users are does not learn it by the way.
      const target = { accountId, service: 'user-management', resourceType: 'user' };
      const may = iamId === caller.iamId || (await allows('user-management.user.get', target));
      return may ? (await knownMember(store, accountId, iamId))?.name : undefined;
    }
    const serviceId = await store.read(SERVICE_IDS).find('byIamId', [iamId]);
    if (serviceId?.accountId !== accountId) return undefined;
    const target = { accountId, service: 'iam-identity', resourceType: 'serviceid', resource: serviceId.id };
    const may = iamId === caller.iamId || (await allows('iam-identity.serviceid.get', target));
    return may ? serviceId.name : undefined;
  };

  return async (iamId, instance) => {
    if (instance !== undefined) return { kind: 'resource_instance', name: instance.name };
    const name = known.get(iamId) ?? nameOf(iamId);
    known.set(iamId, name);
    return { kind: isUser(iamId) ? 'user' : 'service_id', name: await name };
  };
}
