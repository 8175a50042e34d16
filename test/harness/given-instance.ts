import { randomBytes, randomUUID } from 'node:crypto';
import type { ResourceInstance } from '../../src/resource-instances/resource-instance.ts';
import { firstEntityTag } from '../../src/store/entity-tag.ts';

/** @returns a resource instance to be put into the store; what is not chosen is as of one that was just made */
export function newInstance(chosen: Partial<ResourceInstance> & Pick<ResourceInstance, 'accountId'>): ResourceInstance {
  const at = 1_800_000_000_000;
  return {
    ...{ id: randomUUID(), entityTag: firstEntityTag(), service: 'logdna' },
    ...{ planId: '4d8c1a52-6f0e-4c6b-9a10-2f3f7d1f9b77', region: 'us-south' },
    ...{ resourceGroupId: randomBytes(16).toString('hex'), name: 'our lines' },
    ...{ state: 'active', gone: false, locked: false, allowCleanup: false, onetimeCredentials: false },
    ...{ parameters: {}, tags: [], lastOperation: { type: 'create', state: 'succeeded', at }, planHistory: [] },
    ...{ createdAt: at, createdBy: 'IBMid-1', modifiedAt: at, modifiedBy: 'IBMid-1' },
    ...chosen,
  };
}
