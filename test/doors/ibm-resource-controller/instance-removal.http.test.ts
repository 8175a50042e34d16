import { beforeAll, describe, expect, it } from '@jest/globals';
import { AUDIT_EVENTS } from '../../../src/audit/audit-event.ts';
import { EntityInUse } from '../../../src/problems/entity-problems.ts';
import { finishRemovals } from '../../../src/resource-instances/finish-removals.ts';
import type { InstanceHooks } from '../../../src/resource-instances/instance-hooks.ts';
import { instanceRemovalIn, RESTORABLE_MILLISECONDS } from '../../../src/resource-instances/instance-removal.ts';
import { reclamationsIn } from '../../../src/resource-instances/reclamations.ts';
import { RESOURCE_INSTANCES, type ResourceInstance } from '../../../src/resource-instances/resource-instance.ts';
import { backgroundWork } from '../../../src/server/background-work.ts';
import { insert } from '../../../src/store/changes.ts';
import { newInstance } from '../../harness/given-instance.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { planId, provision } from '../../harness/provision.ts';
import { expectResourceRefusal } from '../../harness/resource-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const PATH = '/v2/resource_instances';

describeOnEveryBackend('the end of resource instances', (service) => {
  let account: OtherAccount;
  let other: OtherAccount;
  beforeAll(async () => {
    account = await givenOtherAccount(service());
    other = await givenOtherAccount(service());
  });

  // A fresh token each: tests let days pass.
  const call = async (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    service().call(method, path, { token: await account.ownerToken(), ...sent });
  const given = async (reclaims: boolean) =>
    provision(service(), { token: await account.ownerToken(), accountId: account.accountId, reclaims });
  const read = async ({ guid }: { guid: string }) => (await call('GET', `${PATH}/${guid}`)).body;
  const reclamationOf = async ({ guid }: { guid: string }) =>
    (await call('GET', `/v1/reclamations?resource_instance_id=${guid}`)).body.resources[0];
  const act = (id: string, action: string, sent: Sent = {}) =>
    call('POST', `/v1/reclamations/${id}/actions/${action}`, sent);
  const givenDeleted = async () => {
    const instance = await given(true);
    expect((await call('DELETE', `${PATH}/${instance.guid}`)).status).toBe(204);
    return instance;
  };
  const recordsOf = async (guid: string) => {
    const request = { equals: [account.accountId, guid], limit: 100 };
    return (await service().store.read(AUDIT_EVENTS).page('byTarget', request)).rows;
  };
  /** The service's own runner may be at it at this moment. */
  const readOnceRemoved = async ({ guid }: { guid: string }) => {
    for (let tries = 0; tries < 100; tries += 1) {
      const instance = await read({ guid });
      if (instance.state === 'removed') return instance;
    }
    throw new Error('it is not removed');
  };
  const backgroundWorkDone = async (): Promise<void> => {
    const { store, domains, clock } = service();
    const lease = await store.lease('test', 10_000);
    const job = backgroundWork(store, domains, clock).find(({ name }) => name === 'finish deletions of instances');
    if (job === undefined || lease === undefined) throw new Error('there is no such work');
    await job.run(lease);
    await lease.release();
  };

  describe('given an instance of a plan that does not reclaim', () => {
    it('when it is deleted, then it is removed, readable by its id, in no list, and gone to everything else', async () => {
      const instance = await given(false);
      const path = `${PATH}/${instance.guid}`;

      const deleted = await call('DELETE', path);

      expect({ status: deleted.status, text: deleted.text }).toEqual({ status: 204, text: '' });
      const { ownerIamId } = account;
      expect(await read(instance)).toMatchObject({ id: instance.id, state: 'removed', deleted_by: ownerIamId });
      expect(await read(instance)).toMatchObject({ last_operation: { type: 'delete', state: 'succeeded' } });
      expect((await call('GET', `${PATH}?guid=${instance.guid}`)).body).toMatchObject({ rows_count: 0, resources: [] });
      expect(await reclamationOf(instance)).toBeUndefined();
      expectResourceRefusal(await call('DELETE', path), 410, 'RC-AlreadyDeleted');
      expectResourceRefusal(await call('DELETE', `${path}?recursive=true`), 410, 'RC-AlreadyDeleted');
      expectResourceRefusal(await call('PATCH', path, { json: { name: 'back' } }), 410, 'RC-AlreadyDeleted');
      expectResourceRefusal(await call('POST', `${path}/lock`), 410, 'RC-AlreadyDeleted');
      expectResourceRefusal(await act(instance.guid, 'restore'), 404, 'RC-NotFound', /reclamation/);
      expect((await recordsOf(instance.guid)).map(({ action }) => action)).toEqual([
        'resource-controller.instance.create',
        'resource-controller.instance.delete',
      ]);
    });
  });

  describe('given a deleted instance of a plan that reclaims', () => {
    it('when it is asked for, then it waits to be reclaimed, seven days from its deletion', async () => {
      const instance = await givenDeleted();

      const waiting = await read(instance);

      const at = new Date(Date.parse(waiting.deleted_at) + RESTORABLE_MILLISECONDS).toISOString();
      expect(waiting).toMatchObject({ state: 'pending_reclamation', scheduled_reclaim_at: at });
      expect(waiting.last_operation).toMatchObject({ type: 'reclamation', sub_type: 'pending', state: 'succeeded' });
      expect(await reclamationOf(instance)).toEqual({
        ...{ id: instance.guid, entity_id: instance.guid, entity_type_id: 'resource-instance' },
        ...{ entity_crn: instance.crn, resource_instance_id: instance.guid, account_id: account.accountId },
        ...{ resource_group_id: instance.resource_group_id, policy_id: '', state: 'SCHEDULED', target_time: at },
        ...{ custom_properties: {}, created_at: waiting.deleted_at, created_by: account.ownerIamId },
        ...{ updated_at: expect.any(String), updated_by: account.ownerIamId },
      });
      const listed = await call('GET', `${PATH}?state=pending_reclamation&guid=${instance.guid}`);
      expect(listed.body.resources).toEqual([waiting]);
      expect((await call('GET', `${PATH}?guid=${instance.guid}`)).body.resources).toEqual([]);
      expectResourceRefusal(await call('DELETE', `${PATH}/${instance.guid}`), 410, 'RC-AlreadyDeleted');
    });

    it('when it is restored, then it is active again, and can be deleted again', async () => {
      const instance = await givenDeleted();

      const restored = await act(instance.guid, 'restore', { json: { request_by: 'robin', comment: 'too early' } });

      expect(restored).toMatchObject({ status: 200, body: { id: instance.guid, state: 'RESTORING' } });
      expect(await read(instance)).toMatchObject({
        ...{ state: 'active', deleted_at: null, deleted_by: '', scheduled_reclaim_at: null },
        ...{ restored_at: expect.any(String), restored_by: account.ownerIamId },
        last_operation: { type: 'reclamation', sub_type: 'restore', state: 'succeeded' },
      });
      expect(await reclamationOf(instance)).toBeUndefined();
      expectResourceRefusal(await act(instance.guid, 'restore'), 404, 'RC-NotFound');
      expect((await call('DELETE', `${PATH}/${instance.guid}`)).status).toBe(204);
      expect(await read(instance)).toMatchObject({ state: 'pending_reclamation' });
      expect(await recordsOf(instance.guid)).toContainEqual(
        expect.objectContaining({
          action: 'resource-controller.instance.restore',
          after: expect.objectContaining({ requestedBy: 'robin', comment: 'too early' }),
        }),
      );
    });

    it('when it is reclaimed, then it is removed, and cannot be restored', async () => {
      const instance = await givenDeleted();

      const reclaimed = await act(instance.guid, 'reclaim');

      expect(reclaimed).toMatchObject({ status: 200, body: { id: instance.guid, state: 'RECLAIMING' } });
      expect(await read(instance)).toMatchObject({
        ...{ state: 'removed', scheduled_reclaim_at: null },
        last_operation: { type: 'reclamation', sub_type: 'delete', state: 'succeeded' },
      });
      expect(await reclamationOf(instance)).toBeUndefined();
      expectResourceRefusal(await act(instance.guid, 'restore'), 404, 'RC-NotFound');
    });

    it('when seven days have passed, then it is reclaimed, with a record that names nobody', async () => {
      const instance = await givenDeleted();

      service().clock.pass(RESTORABLE_MILLISECONDS - 60_000);
      await backgroundWorkDone();
      const before = await read(instance);
      service().clock.pass(60_000);
      await backgroundWorkDone();

      expect(before).toMatchObject({ state: 'pending_reclamation' });
      expect(await readOnceRemoved(instance)).toMatchObject({ last_operation: { sub_type: 'delete' } });
      expect(await recordsOf(instance.guid)).toContainEqual(
        expect.objectContaining({ action: 'resource-controller.instance.reclaim', actor: {} }),
      );
    });

    it('when reclamations are listed, then each filter counts, and another account sees and decides nothing', async () => {
      const instance = await givenDeleted();
      const asOther = { token: await other.ownerToken() };
      const listed = async (query: string, sent: Sent = {}) =>
        (await call('GET', `/v1/reclamations?${query}`, sent)).body.resources.map(({ id }: { id: string }) => id);

      expect(await listed(`account_id=${account.accountId}`)).toContain(instance.guid);
      expect(await listed('')).toContain(instance.guid);
      expect(await listed(`resource_group_id=${instance.resource_group_id}`)).toContain(instance.guid);
      expect(await listed('resource_group_id=none')).toEqual([]);
      expect(await listed('resource_instance_id=none')).toEqual([]);
      expect(await listed(`resource_instance_id=${instance.guid}`, asOther)).toEqual([]);
      const theirs = await call('GET', `/v1/reclamations?account_id=${account.accountId}`, asOther);
      expectResourceRefusal(theirs, 403, 'RC-IamErrorResponse');
      expectResourceRefusal(await act(instance.guid, 'restore', asOther), 404, 'RC-NotFound', /reclamation/);
      expectResourceRefusal(await act(instance.guid, 'reclaim', asOther), 404, 'RC-NotFound', /reclamation/);
      expectResourceRefusal(await act(instance.guid, 'forget'), 404, 'RC-RouteNotFound');
      const comment = await act(instance.guid, 'restore', { json: { comment: 'a\r\nb' } });
      expectResourceRefusal(comment, 400, 'RC-InvalidRequest', /comment/);
      expect(await read(instance)).toMatchObject({ state: 'pending_reclamation' });
    });
  });

  describe('given something that hangs on an instance', () => {
    const roomsWith = (hooks: Partial<InstanceHooks>) => {
      const { store, clock, domains } = service();
      const parts = { store, clock, access: domains.access };
      const nothing = { dependantsOf: async () => undefined, endWhatHangsOn: async () => undefined };
      const instanceRemoval = instanceRemovalIn({ ...parts, hooks: { ...nothing, ...hooks } });
      return { instanceRemoval, reclamations: reclamationsIn({ ...parts, removal: instanceRemoval }) };
    };
    const owner = () => {
      const { accountId, ownerIamId: iamId } = account;
      return { accountId, iamId, apiKeyId: '', address: '127.0.0.1', requestId: 'r', transactionId: 't' };
    };
    const inUse = new EntityInUse('It has resource keys.', { details: 'Delete them first, or recursively.' });

    it('when it is deleted without them, then it is refused and goes on; recursively it goes', async () => {
      const { guid } = await given(false);
      const { instanceRemoval } = roomsWith({ dependantsOf: async () => inUse });

      await expect(instanceRemoval.remove(owner(), guid, { recursive: false })).rejects.toBe(inUse);
      const kept = await read({ guid });
      await instanceRemoval.remove(owner(), guid, { recursive: true });

      expect(kept).toMatchObject({ state: 'active', last_operation: { type: 'create' } });
      expect(await read({ guid })).toMatchObject({ state: 'removed' });
    });

    /** Race: a key that is made between the look and the deletion would outlive its instance. */
    it('when it comes between the look and the deletion, then the instance is as if nobody had asked', async () => {
      const { guid } = await given(true);
      const { instanceRemoval } = roomsWith({
        dependantsOf: async ({ state }) => (state === 'removing' ? inUse : undefined),
      });

      await expect(instanceRemoval.remove(owner(), guid, { recursive: false })).rejects.toBe(inUse);

      expect(await read({ guid })).toMatchObject({ state: 'active', deleted_at: null });
      expect((await call('DELETE', `${PATH}/${guid}`)).status).toBe(204);
    });

    it('when the process ends while it is taken away, then background work goes on, and ends it as it was begun', async () => {
      const [removed, kept, used] = [await given(false), await given(true), await given(false)];
      const ended: [string, boolean][] = [];
      const dying = roomsWith({
        endWhatHangsOn: async () => {
          throw new Error('killed');
        },
      });
      for (const { guid } of [removed, kept, used]) {
        const end = dying.instanceRemoval.remove(owner(), guid, { recursive: guid !== used.guid });
        await expect(end).rejects.toThrow('killed');
      }
      const halfway = await read(kept);
      const next = roomsWith({
        endWhatHangsOn: async (_caller, { id }, forGood) => void ended.push([id, forGood]),
        dependantsOf: async () => inUse,
      });
      const { store, clock } = service();
      // The service's own runner must not be the one that finishes it: for it no time passes.
      const work = async (passed: number) => {
        const lease = await store.lease('test', 10_000);
        if (lease === undefined) throw new Error('no lease');
        await finishRemovals({ store, clock: { now: () => clock.now() + passed }, rooms: async () => next }, lease);
        await lease.release();
      };

      await work(0);
      const tooEarly = [...ended];
      await work(5_000);

      expect(halfway).toMatchObject({ state: 'pending_removal', last_operation: { state: 'in progress' } });
      expect(tooEarly).toEqual([]);
      expect(new Map(ended)).toEqual(
        new Map([
          [removed.guid, true],
          [kept.guid, false],
        ]),
      );
      expect(await read(removed)).toMatchObject({ state: 'removed' });
      expect(await read(kept)).toMatchObject({ state: 'pending_reclamation' });
      // A key that came in between was not to go: nobody asked for that.
      expect(await read(used)).toMatchObject({ state: 'active', deleted_at: null });
    });

    it('when one of many cannot be ended, then the others are all the same', async () => {
      const { store, clock } = service();
      const { accountId } = account;
      const begun = { accountId, modifiedAt: clock.now(), state: 'removing', planId: planId('logs', false) } as const;
      const rows: ResourceInstance[] = [newInstance(begun), newInstance(begun)];
      const [stuck] = rows;
      await store.commit(rows.map((row) => insert(RESOURCE_INSTANCES, row)));
      const rooms = roomsWith({
        endWhatHangsOn: async (_caller, { id }) => {
          if (id === stuck?.id) throw new Error('stuck');
        },
      });
      const lease = await store.lease('test', 10_000);
      if (lease === undefined) throw new Error('no lease');

      const later = { now: () => clock.now() + 5_000 };
      await expect(finishRemovals({ store, clock: later, rooms: async () => rooms }, lease)).rejects.toThrow('stuck');
      await lease.release();

      const states = await Promise.all(rows.map(async ({ id }) => (await read({ guid: id })).state));
      expect(states).toEqual(['pending_removal', 'removed']);
    });
  });
});
