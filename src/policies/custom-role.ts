import { accountCrn } from '../crn/crn.ts';
import { defineCollection, type Entity } from '../store/collection.ts';

/** A role that an account makes for itself: some actions of one service. */
export interface CustomRole extends Entity {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly accountId: string;
  /** The service whose actions it has; policies for other services cannot use it. */
  readonly service: string;
  /** The last part of its CRN; unique for the service in the account. Never changes. */
  readonly name: string;
  readonly displayName: string;
  /** `''`: none. */
  readonly description: string;
  readonly actions: readonly string[];
  /** `ending` while it is asked whether a policy uses it: no policy may begin to. */
  readonly state: 'active' | 'ending';
  readonly createdAt: number;
  readonly createdBy: string;
  readonly modifiedAt: number;
  readonly modifiedBy: string;
}

/** All custom roles. */
export const CUSTOM_ROLES = defineCollection<CustomRole>()('custom_roles', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    service: 'string',
    name: 'string',
    displayName: 'string',
    description: 'string',
    actions: 'json',
    state: 'string',
    createdAt: 'integer',
    createdBy: 'string',
    modifiedAt: 'integer',
    modifiedBy: 'string',
  },
  indexes: {
    /** The role that a policy for the service means by the last part of a CRN. */
    byName: { fields: ['accountId', 'service', 'name'], unique: true },
    byService: { fields: ['accountId', 'service', 'createdAt', 'id'] },
  },
  followed: true,
});

/** The kind of thing in the CRN of a custom role. */
const RESOURCE_TYPE = 'customRole';
const SERVICE = 'iam-access-management';

/** @returns the CRN by which policies name the role; roles of different services may share one */
export const customRoleCrn = ({ accountId, name }: Pick<CustomRole, 'accountId' | 'name'>): string =>
  accountCrn(SERVICE, accountId, RESOURCE_TYPE, name);

/** @returns the name of the custom role of the account that the CRN means, or `undefined` when it means none */
export function customRoleNameOf(crn: string, accountId: string): string | undefined {
  const prefix = customRoleCrn({ accountId, name: '' });
  return crn.startsWith(prefix) && crn.length > prefix.length ? crn.slice(prefix.length) : undefined;
}
