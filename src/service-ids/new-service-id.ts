import { randomUUID } from 'node:crypto';
import type { AuditedState } from '../audit/audit-event.ts';
import { accountCrn } from '../crn/crn.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import type { ServiceId } from './service-id.ts';

/** What the maker of a service ID chooses. */
export interface NewServiceId {
  readonly accountId: string;
  /** The service ID group it is to be in. */
  readonly groupId?: string | undefined;
  readonly name: string;
  readonly description?: string | undefined;
  readonly uniqueInstanceCrns?: readonly string[] | undefined;
  readonly locked?: boolean | undefined;
}

/** Makes a service ID; it is not stored yet. */
export function newServiceId(chosen: NewServiceId, createdBy: string, now: number): ServiceId {
  const id = `ServiceId-${randomUUID()}`;
  const { accountId, groupId, name, description = '', uniqueInstanceCrns = [], locked = false } = chosen;
  return {
    id,
    entityTag: firstEntityTag(),
    iamId: `iam-${id}`,
    accountId,
    ...(groupId !== undefined && { groupId }),
    name,
    description,
    uniqueInstanceCrns,
    locked,
    state: 'active',
    generation: 1,
    createdAt: now,
    createdBy,
    modifiedAt: now,
  };
}

/** @returns the cloud resource name of a service ID */
export const serviceIdCrn = ({ accountId, id }: ServiceId): string =>
  accountCrn('iam-identity', accountId, 'serviceid', id);

/** What the audit record keeps of a service ID. */
export function auditedServiceId(serviceId: ServiceId): AuditedState {
  const { name, description, groupId, uniqueInstanceCrns, locked, state, generation } = serviceId;
  return { groupId, name, description, uniqueInstanceCrns, locked, state, generation };
}
