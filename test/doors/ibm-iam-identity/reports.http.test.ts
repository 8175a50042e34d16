import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { API_KEYS } from '../../../src/api-keys/api-key.ts';
import { REPORTS, type Report } from '../../../src/reports/report.ts';
import { insert } from '../../../src/store/changes.ts';
import { firstEntityTag } from '../../../src/store/entity-tag.ts';
import { eventually } from '../../contract/eventually.ts';
import { givenAccountSettings } from '../../harness/given-account-settings.ts';
import {
  firstAccountId,
  givenMembership,
  givenServiceId,
  givenUser,
  storedKey,
} from '../../harness/given-credentials.ts';
import { givenOtherAccount, type OtherAccount } from '../../harness/given-other-account.ts';
import type { Sent } from '../../harness/http-call.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { readyReport } from '../../harness/ready-report.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { signedIn } from '../../harness/signed-in.ts';

const HOUR_MILLISECONDS = 3_600_000;
const MINUTE_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d\+0000$/;

const readyMfaReport = (accountId: string, createdAt: number): Report => ({
  ...{ id: randomUUID(), entityTag: firstEntityTag(), accountId, kind: 'mfa', state: 'ready', createdBy: 'IBMid-TEST' },
  ...{ createdAt, durationHours: 0, section: 'users', pieces: 0, expiresAt: createdAt + 24 * HOUR_MILLISECONDS },
});

describeOnEveryBackend('reports on the identities of an account', (service) => {
  let accountId: string;
  let other: OtherAccount;

  beforeAll(async () => {
    accountId = await firstAccountId(service());
    other = await givenOtherAccount(service());
  });

  const asOwner = async (): Promise<Sent> => ({ token: await service().ownerToken() });
  const asked = async (kind: 'activity' | 'mfa', query = '', account = accountId, sent?: Sent) => {
    const path = `/v1/${kind}/accounts/${account}/report`;
    return { path, answer: await service().call('POST', `${path}${query}`, sent ?? (await asOwner())) };
  };
  const made = async (kind: 'activity' | 'mfa', query = '') => {
    const { path, answer } = await asked(kind, query);
    const { reference } = answer.body;
    return { path, answer, reference, report: await readyReport(service(), `${path}/${reference}`, await asOwner()) };
  };
  const idsOf = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);

  describe('activity', () => {
    it('given identities that were seen and others, when a report is made, then it lists the others with their keys, in its form', async () => {
      const [unseen, seen] = [await givenServiceId(service()), await givenServiceId(service())];
      const user = await givenUser(service());
      await service().tokenOf(seen.key.secret);
      await service().domains.recorder.flush();

      const { answer, reference, report } = await made('activity', '?type=inactive&duration=24');

      expect([answer.status, answer.body]).toEqual([202, { reference: expect.any(String) }]);
      expect([report.status, report.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
      expect(report.body).toEqual({
        ...{ created_by: expect.stringMatching(/^IBMid-/), reference, report_duration: '24', profiles: [] },
        ...{
          report_start_time: expect.stringMatching(MINUTE_DATE),
          report_end_time: expect.stringMatching(MINUTE_DATE),
        },
        ...{ users: expect.any(Array), apikeys: expect.any(Array), serviceids: expect.any(Array) },
      });
      expect(report.body.serviceids).toContainEqual({ id: unseen.id, name: 'build server' });
      expect(idsOf(report.body.serviceids)).not.toContain(seen.id);
      expect(idsOf(report.body.apikeys)).not.toContain(seen.key.id);
      const [ofService, ofUser] = [unseen.key.id, user.key.id].map((id) =>
        report.body.apikeys.find((key: { id: string }) => key.id === id),
      );
      const person = { name: 'Robin Example', username: user.email, email: user.email };
      const serviceid = { id: unseen.id, name: 'build server' };
      expect(ofService).toEqual({ id: unseen.key.id, name: 'a key', type: 'serviceid', serviceid });
      expect(ofUser).toEqual({ id: user.key.id, name: 'a key', type: 'user', user: { iam_id: user.iamId, ...person } });
      expect(report.body.users).toContainEqual({ iam_id: user.iamId, ...person });
      const latest = await service().call('GET', `/v1/activity/accounts/${accountId}/report/latest`, await asOwner());
      expect(latest.body.reference).toBe(reference);
    });

    it('given somebody who was seen before the hours of the report, when it is made, then it says when that was', async () => {
      const { key, id } = await givenServiceId(service());
      await service().tokenOf(key.secret);
      await service().domains.recorder.flush();
      service().clock.pass(2 * HOUR_MILLISECONDS);

      const { report } = await made('activity', '?duration=1');

      const last_authn = expect.stringMatching(MINUTE_DATE);
      expect(report.body.serviceids).toContainEqual({ id, name: 'build server', last_authn });
    });

    it('given a report that was just asked for, when it is read, then it is 204 without a body until it is there', async () => {
      let answer = { status: 0, text: '' };
      // The job may have come between the two calls.
      for (let turn = 0; turn < 10 && answer.status !== 204; turn += 1) {
        const { path, answer: post } = await asked('activity');
        answer = await service().call('GET', `${path}/${post.body.reference}`, await asOwner());
      }

      expect([answer.status, answer.text]).toEqual([204, '']);
    });

    it('given more keys than one piece holds, when a report is made, then each stands in it once', async () => {
      const { iamId, key } = await givenServiceId(service());
      const template = await storedKey(service(), key);
      const ids = Array.from({ length: 600 }, () => `ApiKey-${randomUUID()}`);
      for (let begin = 0; begin < ids.length; begin += 200) {
        const keys = ids.slice(begin, begin + 200).map((id) => ({ ...template, id, digest: `test:${id}` }));
        await service().store.commit(keys.map((each) => insert(API_KEYS, { ...each, entityTag: firstEntityTag() })));
      }

      const { report } = await made('activity');

      const listed = report.body.apikeys.filter(
        (each: { serviceid?: { id: string } }) => `iam-${each.serviceid?.id}` === iamId,
      );
      expect(idsOf(listed).toSorted()).toEqual([...ids, key.id].toSorted());
    });

    it('given five reports, when another is ready, then the oldest are gone and the newest stay', async () => {
      const old = Array.from({ length: 6 }, (_, number) =>
        readyMfaReport(accountId, service().clock.now() - 10 + number),
      );
      await service().store.commit(old.map((report) => insert(REPORTS, report)));

      const { reference } = await made('mfa');

      const statusOf = async (id: string) =>
        (await service().call('GET', `/v1/mfa/accounts/${accountId}/report/${id}`, await asOwner())).status;
      // The old ones go after the new one is ready.
      await eventually(async () => {
        const statuses = await Promise.all([...old.map(({ id }) => id), reference].map(statusOf));
        expect(statuses).toEqual([404, 404, 200, 200, 200, 200, 200]);
      }, 10_000);
    });

    /** Cross-tenant leak: when somebody works for another account is not this account's to know. */
    it('given a user who was seen in another account alone, when a report is made, then it does not say so', async () => {
      const user = await givenUser(service());
      await givenMembership(service(), other.accountId, user.iamId);
      await signedIn(service(), user.key.secret, other.accountId);
      await service().domains.recorder.flush();

      const { report } = await made('activity');

      const listed = report.body.users.find(({ iam_id }: { iam_id: string }) => iam_id === user.iamId);
      expect(listed).toEqual({ iam_id: user.iamId, name: 'Robin Example', username: user.email, email: user.email });
    });
  });

  describe('mfa', () => {
    it('given settings, when the report and the status are read, then both say what each user needs and that nobody is enrolled', async () => {
      const [plain, exempted] = [await givenUser(service()), await givenUser(service())];
      const userMfa = [{ iamId: exempted.iamId, mfa: 'NONE' }] as const;
      await givenAccountSettings(service(), accountId, { mfa: 'TOTP4ALL', userMfa });

      const { report, reference } = await made('mfa', '?type=mfa_status');
      const status = async (iamId: string) =>
        (await service().call('GET', `/v1/mfa/accounts/${accountId}/status?iam_id=${iamId}`, await asOwner())).body;

      const nothing = { required: false, enrolled: false };
      const account_based_mfa = { security_questions: nothing, totp: nothing, verisign: nothing, complies: true };
      const need = { trait_account_default: 'TOTP4ALL', trait_effective: 'TOTP4ALL', complies: false };
      const common = { effective_mfa_type: 'id_based_mfa', account_based_mfa };
      const ofPlain = { iam_id: plain.iamId, ...common, id_based_mfa: need };
      const exemption = { trait_user_specific: 'NONE', trait_effective: 'NONE', complies: true };
      const ofExempted = { iam_id: exempted.iamId, ...common, id_based_mfa: { ...need, ...exemption } };
      expect([await status(plain.iamId), await status(exempted.iamId)]).toEqual([ofPlain, ofExempted]);
      const head = { reference, account_id: accountId, report_time: expect.stringMatching(MINUTE_DATE) };
      expect(report.body).toMatchObject({ ...head, created_by: expect.stringMatching(/^IBMid-/) });
      const person = { name: 'Robin Example', username: plain.email, email: plain.email };
      expect(report.body.users).toContainEqual({ ...person, ...ofPlain });
      await givenAccountSettings(service(), accountId, { mfa: 'default', userMfa: 'default' });
    });

    it('when the status of nobody, or of who is no member, is asked for, then it is 400 or 404', async () => {
      const get = async (query: string) =>
        service().call('GET', `/v1/mfa/accounts/${accountId}/status${query}`, await asOwner());

      expectIdentityRefusal(await get(''), 400, 'parameter_missing');
      for (const iamId of ['IBMid-NOBODY', other.ownerIamId]) {
        expectIdentityRefusal(await get(`?iam_id=${iamId}`), 404, 'not_found');
      }
    });
  });

  it.each([
    ['activity', '?type=active'],
    ['activity', '?duration=0'],
    ['activity', '?duration=24h'],
    ['activity', '?duration=87601'],
    ['mfa', '?type=inactive'],
  ] as const)('when %s is asked for with %s, then it is refused with 400', async (kind, query) => {
    expectIdentityRefusal((await asked(kind, query)).answer, 400, 'parameter_invalid');
  });

  it('when a reference is unknown, of another kind, or of another account, then it is 404', async () => {
    const { reference } = await made('mfa');
    const ownerToken = await other.ownerToken();
    const get = async (path: string, sent: Sent) =>
      expectIdentityRefusal(await service().call('GET', path, sent), 404, 'not_found');

    await get(`/v1/mfa/accounts/${accountId}/report/${randomUUID()}`, await asOwner());
    await get(`/v1/activity/accounts/${accountId}/report/${reference}`, await asOwner());
    await get(`/v1/mfa/accounts/${other.accountId}/report/${reference}`, { token: ownerToken });
    await get(`/v1/mfa/accounts/${other.accountId}/report/latest`, { token: ownerToken });
  });

  it('attack: when a service ID, a user without the right or another account asks, then everything is refused with 403', async () => {
    const { key } = await givenServiceId(service());
    const user = await givenUser(service());
    const paths = [
      ['POST', `/v1/activity/accounts/${accountId}/report`],
      ['GET', `/v1/activity/accounts/${accountId}/report/latest`],
      ['POST', `/v1/mfa/accounts/${accountId}/report`],
      ['GET', `/v1/mfa/accounts/${accountId}/report/latest`],
      ['GET', `/v1/mfa/accounts/${accountId}/status?iam_id=${user.iamId}`],
      ['GET', `/v1/accounts/${accountId}/limits/identity`],
      ['POST', `/v1/accounts/${accountId}/limits/identity`],
    ] as const;
    const tokens = await Promise.all([key.secret, user.key.secret, other.ownerSecret].map(service().tokenOf));

    for (const token of tokens) {
      for (const [method, path] of paths) {
        expectIdentityRefusal(await service().call(method, path, { token }), 403, 'access_denied');
      }
    }
  });
});
