import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  asOwner,
  firstAccountId,
  type GivenServiceId,
  givenKeyOf,
  givenServiceId,
} from '../../harness/given-credentials.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import type { Answer, Sent } from '../../harness/http-call.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const ANY_VERSION = { 'If-Match': '*' };

/** Every call that takes an id. */
const CALLS_ON_A_KEY: readonly (readonly [string, string, Sent])[] = [
  ['GET', '', {}],
  ['GET', '?include_history=true&include_activity=true', {}],
  ['PUT', '', { json: { name: 'taken over' }, headers: ANY_VERSION }],
  ['POST', '/lock', {}],
  ['DELETE', '/lock', {}],
  ['POST', '/disable', {}],
  ['DELETE', '/disable', {}],
  ['DELETE', '', {}],
];
const CALLS_ON_A_SERVICE_ID = CALLS_ON_A_KEY.filter(([, suffix]) => suffix !== '/disable');

describeOnEveryBackend('rights in the identity API', (service) => {
  let mine: GivenServiceId;
  let another: GivenServiceId;
  let other: OtherAccount;
  let accountId: string;

  beforeAll(async () => {
    mine = await givenServiceId(service());
    another = await givenServiceId(service());
    other = await givenOtherAccount(service());
    accountId = await firstAccountId(service());
  });

  const asMe = async (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    service().call(method, path, { token: await service().tokenOf(mine.key.secret), ...sent });
  const asOther = async (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    service().call(method, path, { token: await other.ownerToken(), ...sent });
  /** The thing as its owner sees it, without what a refused exchange could change. */
  const seen = async (path: string) => (await asOwner(service(), 'GET', path)).body;

  describe('given a service ID with keys of its own', () => {
    it('when it reads, finds, renames, locks, disables and deletes a key of its own, then it may', async () => {
      const own = await givenKeyOf(service(), mine.iamId);
      const path = `/v1/apikeys/${own.id}`;

      const answers = [
        await asMe('GET', path),
        await asMe('GET', '/v1/apikeys/details', { headers: { 'IAM-ApiKey': own.secret } }),
        await asMe('PUT', path, { json: { name: 'renamed' }, headers: ANY_VERSION }),
        await asMe('POST', `${path}/lock`),
        await asOwner(service(), 'DELETE', `${path}/lock`),
        await asMe('POST', `${path}/disable`),
        await asMe('DELETE', path),
      ];

      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 204, 204, 204, 204]);
    });

    it('when it lists keys, then it sees its own and no other', async () => {
      const lists = [await asMe('GET', '/v1/apikeys'), await asMe('GET', `/v1/apikeys?iam_id=${mine.iamId}`)];

      for (const { status, body } of lists) {
        expect([status, body.apikeys.map(({ id }: { id: string }) => id)]).toEqual([200, [mine.key.id]]);
      }
    });

    it.each(CALLS_ON_A_KEY)(
      'when it asks %s …%s for the key of another identity, then it is refused with 403',
      async (method, suffix, sent) => {
        const path = `/v1/apikeys/${another.key.id}`;
        const before = await seen(path);

        expectIdentityRefusal(await asMe(method, path + suffix, sent), 403, 'access_denied');

        expect(await seen(path)).toEqual(before);
      },
    );

    it.each(CALLS_ON_A_SERVICE_ID)(
      'when it asks %s …%s for another service ID, then it is refused with 403',
      async (method, suffix, sent) => {
        const path = `/v1/serviceids/${another.id}`;
        const before = await seen(path);

        expectIdentityRefusal(await asMe(method, path + suffix, sent), 403, 'access_denied');

        expect(await seen(path)).toEqual(before);
      },
    );

    /** Privilege escalation: a key of the owner's would be every right in the account. */
    it('when it makes a key for another identity, or a service ID, then it is refused with 403, also where nothing is', async () => {
      const owner = (await asOwner(service(), 'GET', '/v1/apikeys')).body.apikeys[0].iam_id;

      for (const iamId of [owner, another.iamId, 'IBMid-NOBODY', other.ownerIamId]) {
        const refused = await asMe('POST', '/v1/apikeys', { json: { name: 'mine', iam_id: iamId } });
        expectIdentityRefusal(refused, 403, 'access_denied');
      }
      for (const json of [{ name: 'mine' }, { name: 'mine', apikey: { name: 'first' } }]) {
        expectIdentityRefusal(await asMe('POST', '/v1/serviceids', { json }), 403, 'access_denied');
      }
    });

    it('when it lists the account, another identity, service IDs or another account, then it is refused with 403', async () => {
      const keys = ['scope=account', `iam_id=${another.iamId}`, `account_id=${other.accountId}`, 'account_id=nothing'];

      for (const query of keys) expectIdentityRefusal(await asMe('GET', `/v1/apikeys?${query}`), 403, 'access_denied');
      expectIdentityRefusal(await asMe('GET', '/v1/serviceids'), 403, 'access_denied');
    });

    it('when it shows the value of a key of another identity, then it is told nothing of the key', async () => {
      const details = { headers: { 'IAM-ApiKey': another.key.secret } };

      expectIdentityRefusal(await asMe('GET', '/v1/apikeys/details', details), 403, 'access_denied');
    });
  });

  describe('given the owner of another account', () => {
    /** One answer for "missing" and "another tenant's": ids of other tenants cannot be probed (R34). */
    it.each(CALLS_ON_A_KEY)(
      'when it asks %s …%s for a key, then it is 404, word for word as for one that does not exist',
      async (method, suffix, sent) => {
        const path = `/v1/apikeys/${mine.key.id}`;
        const before = await seen(path);

        const refused = await asOther(method, path + suffix, sent);
        const missing = await asOther(method, `/v1/apikeys/ApiKey-00000000-0000-4000-8000-000000000000${suffix}`, sent);

        expectIdentityRefusal(refused, 404, 'not_found');
        expect(refused.body.errors).toEqual(missing.body.errors);
        expect(await seen(path)).toEqual(before);
      },
    );

    it.each(CALLS_ON_A_SERVICE_ID)(
      'when it asks %s …%s for a service ID, then it is 404, as for one that does not exist',
      async (method, suffix, sent) => {
        const path = `/v1/serviceids/${mine.id}`;
        const before = await seen(path);

        const refused = await asOther(method, path + suffix, sent);
        const missing = await asOther(
          method,
          `/v1/serviceids/ServiceId-00000000-0000-4000-8000-000000000000${suffix}`,
          sent,
        );

        expectIdentityRefusal(refused, 404, 'not_found');
        expect(refused.body.errors).toEqual(missing.body.errors);
        expect(await seen(path)).toEqual(before);
      },
    );

    it('when it names them by their CRNs, or shows the value of a key, then it is 404', async () => {
      const names = [
        `/v1/apikeys/${encodeURIComponent((await seen(`/v1/apikeys/${mine.key.id}`)).crn)}`,
        `/v1/serviceids/${encodeURIComponent((await seen(`/v1/serviceids/${mine.id}`)).crn)}`,
      ];
      const details = { headers: { 'IAM-ApiKey': mine.key.secret } };

      for (const name of names) expectIdentityRefusal(await asOther('GET', name), 404, 'not_found');
      expectIdentityRefusal(await asOther('GET', '/v1/apikeys/details', details), 404, 'not_found');
    });

    it('when it lists, then it sees rows of its own account and no other', async () => {
      const keys = await asOther('GET', '/v1/apikeys?scope=account&pagesize=100');
      const foreign = await asOther('GET', `/v1/apikeys?iam_id=${mine.iamId}`);
      const serviceIds = await asOther('GET', '/v1/serviceids?pagesize=100');
      const named = await asOther('GET', `/v1/serviceids?name=${encodeURIComponent('build server')}`);

      expect(keys.body.apikeys.map(({ id }: { id: string }) => id)).toEqual([other.ownerKeyId]);
      expect(foreign.body.apikeys).toEqual([]);
      expect([serviceIds.body.serviceids, named.body.serviceids]).toEqual([[], []]);
    });

    it('when it names the other account as account_id, then it is refused with 403, whether the account exists or not', async () => {
      for (const id of [accountId, 'f'.repeat(32)]) {
        const made = { name: 'mine', account_id: id };
        const refused = [
          await asOther('GET', `/v1/apikeys?scope=account&account_id=${id}`),
          await asOther('GET', `/v1/serviceids?account_id=${id}`),
          await asOther('POST', '/v1/serviceids', { json: made }),
          await asOther('POST', '/v1/apikeys', { json: { ...made, iam_id: other.ownerIamId } }),
        ];

        for (const answer of refused) expectIdentityRefusal(answer, 403, 'access_denied');
      }
    });

    it('when it makes a key in its own account for an identity of the other, then the identity does not exist', async () => {
      const refused = await asOther('POST', '/v1/apikeys', { json: { name: 'mine', iam_id: mine.iamId } });

      expectIdentityRefusal(refused, 404, 'not_found');
    });
  });
});
