import { SERVICE_IDS } from '../service-ids/service-id.ts';
import type { Store } from '../store/store.ts';
import { knownMember } from '../users/named-members.ts';
import type { GroupMember } from './group-member.ts';

/** What an account knows of an identity. */
export interface KnownAs {
  readonly name?: string;
  /** Of a user. */
  readonly email?: string;
  /** Of a service ID. */
  readonly description?: string;
}

/** @returns what the group's account knows of its member; of whom it does not know, nothing */
export async function knownAs(store: Store, { accountId, iamId, kind }: GroupMember): Promise<KnownAs> {
  if (kind === 'user') return userIn(store, accountId, iamId);
  if (kind !== 'service') return {};
  const serviceId = await store.read(SERVICE_IDS).find('byIamId', [iamId]);
  if (serviceId?.accountId !== accountId || serviceId.state !== 'active') return {};
  const { name, description } = serviceId;
  return { name, ...(description !== '' && { description }) };
}

async function userIn(store: Store, accountId: string, iamId: string): Promise<KnownAs> {
  // Probing for people of other tenants: anybody's iam id may be put into a group, so only a member of the account has a name.
  const user = await knownMember(store, accountId, iamId);
  return user === undefined ? {} : { name: user.name, email: user.email };
}
