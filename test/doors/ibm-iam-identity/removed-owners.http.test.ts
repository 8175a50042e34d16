import { describe, expect, it } from '@jest/globals';
import { API_KEYS } from '../../../src/api-keys/api-key.ts';
import { SERVICE_IDS } from '../../../src/service-ids/service-id.ts';
import { eventually } from '../../contract/eventually.ts';
import { asOwner, firstAccountId, type GivenServiceId, givenServiceId } from '../../harness/given-credentials.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const MANY = 300;
const AT_ONCE = 20;
/** Keys of one owner are made one after the other: each commit looks at the owner. More at once would only wait. */
const MADE_AT_ONCE = 4;
/** The job looks every 2 s. */
const JOB_MILLISECONDS = 15_000;

describeOnEveryBackend('removing a service ID', (service) => {
  const create = (token: string, iamId: string, name: string) =>
    service().call('POST', '/v1/apikeys', { token, json: { name, iam_id: iamId } });
  const keysLeft = async (iamId: string): Promise<number> =>
    service()
      .store.read(API_KEYS)
      .count('ofIdentityByCreation', [await firstAccountId(service()), iamId], 1_000);
  const rowsGone = ({ id, iamId }: GivenServiceId) =>
    eventually(async () => {
      expect(await keysLeft(iamId)).toBe(0);
      expect(await service().store.read(SERVICE_IDS).get(id)).toBeUndefined();
    }, JOB_MILLISECONDS);

  describe('given one with 300 keys', () => {
    it('when it is removed, then all are dead from the answer on, and later their rows and the tombstone go', async () => {
      const given = await givenServiceId(service());
      const owner = await service().ownerToken();
      const secrets: string[] = [];
      for (let made = 1; made < MANY; made += MADE_AT_ONCE) {
        const some = Array.from({ length: Math.min(MADE_AT_ONCE, MANY - made) }, () =>
          create(owner, given.iamId, 'many'),
        );
        for (const { status, body } of await Promise.all(some)) {
          expect(status).toBe(201);
          secrets.push(body.apikey);
        }
      }
      const sample = [given.key.secret, ...secrets.filter((_, index) => index % 25 === 0)];
      const tokens = await Promise.all(sample.map((secret) => service().tokenOf(secret)));
      expect(await keysLeft(given.iamId)).toBe(MANY);

      const removed = await service().call('DELETE', `/v1/serviceids/${given.id}`, { token: owner });

      expect(removed.status).toBe(204);
      const used = await Promise.all(tokens.map((token) => service().call('GET', '/v1/apikeys', { token })));
      const exchanged = await Promise.all(sample.map((apikey) => service().exchange({ grant_type: 'apikey', apikey })));
      const listed = await service().call('GET', `/v1/apikeys?iam_id=${given.iamId}`, { token: owner });
      expect(new Set(used.map(({ status }) => status))).toEqual(new Set([401]));
      expect(new Set(exchanged.map(({ body }) => body.errorCode))).toEqual(new Set(['BXNIM0415E']));
      expect(listed.body.apikeys).toEqual([]);
      await rowsGone(given);
    });
  });

  /** A key whose owner is gone would be a credential that nobody sees and nobody can take back. */
  it('given keys that are being made, when their owner is removed meanwhile, then none of them works and no row stays', async () => {
    const given = await givenServiceId(service());
    const owner = await service().ownerToken();
    const making = Array.from({ length: AT_ONCE }, (_, number) => create(owner, given.iamId, `racing ${number}`));
    const removing = service().call('DELETE', `/v1/serviceids/${given.id}`, { token: owner });
    const late = Array.from({ length: AT_ONCE }, (_, number) => create(owner, given.iamId, `late ${number}`));

    const answers = await Promise.all([...making, ...late]);

    expect((await removing).status).toBe(204);
    const made = answers.filter(({ status }) => status === 201);
    expect(answers.filter(({ status }) => status === 404).length + made.length).toBe(2 * AT_ONCE);
    for (const { body } of made) {
      const exchanged = await service().exchange({ grant_type: 'apikey', apikey: body.apikey });
      expect(exchanged.body.errorCode).toBe('BXNIM0415E');
      expect((await service().call('GET', `/v1/apikeys/${body.id}`, { token: owner })).status).toBe(404);
    }
    await rowsGone(given);
  });

  it('given an owner that is being renamed, when keys are made for it meanwhile, then every one is made', async () => {
    const given = await givenServiceId(service());
    const token = await service().ownerToken();
    const rename = (name: string) =>
      service().call('PUT', `/v1/serviceids/${given.id}`, { token, json: { name }, headers: { 'If-Match': '*' } });

    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, number) => [
        rename(`name ${number}`),
        create(token, given.iamId, `key ${number}`),
      ]).flat(),
    );

    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => [200, 201]).flat());
    await asOwner(service(), 'DELETE', `/v1/serviceids/${given.id}`);
  });

  it('given one service ID, when 20 remove it at once, then one does, and all others find nothing', async () => {
    const given = await givenServiceId(service());
    const token = await service().ownerToken();

    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, () => service().call('DELETE', `/v1/serviceids/${given.id}`, { token })),
    );

    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([204, ...Array.from({ length: AT_ONCE - 1 }, () => 404)]);
  });

  it('given one key, when 20 remove it at once, then one does, and all others find nothing', async () => {
    const { key } = await givenServiceId(service());
    const token = await service().ownerToken();

    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, () => service().call('DELETE', `/v1/apikeys/${key.id}`, { token })),
    );

    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([204, ...Array.from({ length: AT_ONCE - 1 }, () => 404)]);
  });

  it('given a key, when it is locked and removed at once, then it is gone, or locked and there, and never between', async () => {
    const { iamId } = await givenServiceId(service());
    const token = await service().ownerToken();
    for (let round = 0; round < 10; round += 1) {
      const { body } = await create(token, iamId, `round ${round}`);
      const path = `/v1/apikeys/${body.id}`;

      const [lock, remove] = await Promise.all([
        service().call('POST', `${path}/lock`, { token }),
        service().call('DELETE', path, { token }),
      ]);

      const { status } = await service().call('GET', path, { token });
      expect([
        [404, 204, 404],
        [204, 409, 200],
      ]).toContainEqual([lock.status, remove.status, status]);
    }
  });
});
