import type { Caller } from '../access/caller.ts';
import type { ApiKey } from '../api-keys/api-key.ts';
import { apiKeyCrn, auditedApiKey } from '../api-keys/new-api-key.ts';
import { AUDIT_EVENTS, type AuditedState, auditEvent } from '../audit/audit-event.ts';
import { localOrigin } from '../audit/local-origin.ts';
import { auditedPolicy, policyCrn } from '../policies/new-policy.ts';
import type { Policy } from '../policies/policy.ts';
import type { ResourceInstance } from '../resource-instances/resource-instance.ts';
import { auditedServiceId, serviceIdCrn } from '../service-ids/new-service-id.ts';
import type { ServiceId } from '../service-ids/service-id.ts';
import { type Insert, insert } from '../store/changes.ts';
import { auditedResourceKey, type ResourceKey, resourceKeyCrn } from './resource-key.ts';

/** Who changes something, and when. */
export interface Doing {
  /** `undefined`: the service itself, which finishes what somebody began. */
  readonly caller: Caller | undefined;
  readonly now: number;
}

/** What becomes of a part. */
export interface PartChange<T> {
  readonly verb: string;
  readonly before?: T | undefined;
  readonly after?: T | undefined;
}

/** The audit record of each part of a key, as the room that owns the part writes it. */
export const RECORDS = {
  key: (doing: Doing, instance: ResourceInstance, change: PartChange<ResourceKey>): Insert =>
    recorded(doing, change, {
      action: 'resource-controller.credential',
      target: (key: ResourceKey) => resourceKeyCrn(key, instance),
      state: auditedResourceKey,
    }),
  serviceId: (doing: Doing, change: PartChange<ServiceId>): Insert =>
    recorded(doing, change, { action: 'iam-identity.serviceid', target: serviceIdCrn, state: auditedServiceId }),
  apiKey: (doing: Doing, change: PartChange<ApiKey>): Insert =>
    recorded(doing, change, { action: 'iam-identity.apikey', target: apiKeyCrn, state: auditedApiKey }),
  policy: (doing: Doing, change: PartChange<Policy>): Insert =>
    recorded(doing, change, { action: 'iam.policy', target: policyCrn, state: auditedPolicy }),
};

/** How a room writes about what it owns. */
interface Writing<T> {
  readonly action: string;
  readonly target: (part: T) => string;
  readonly state: (part: T) => AuditedState;
}

function recorded<T extends { readonly id: string; readonly accountId: string }>(
  { caller, now }: Doing,
  { verb, before, after }: PartChange<T>,
  { action, target, state }: Writing<T>,
): Insert {
  const part = after ?? before;
  if (part === undefined) throw new TypeError('a record is of something');
  return insert(
    AUDIT_EVENTS,
    auditEvent(caller ?? localOrigin(), {
      at: now,
      action: `${action}.${verb}`,
      accountId: part.accountId,
      target: target(part),
      targetId: part.id,
      before: before && state(before),
      after: after && state(after),
      outcome: 'success',
      actor: caller === undefined ? {} : { iamId: caller.iamId, apiKeyId: caller.apiKeyId },
    }),
  );
}
