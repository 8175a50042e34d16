import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { EXCHANGE_FAILURES } from '../../../src/audit/exchange-failure.ts';
import { givenAccountSettings } from '../../harness/given-account-settings.ts';
import { firstAccountId, givenMembership, givenServiceId, givenUser } from '../../harness/given-credentials.ts';
import { givenOtherAccount } from '../../harness/given-other-account.ts';
import type { Sent } from '../../harness/http-call.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';
import { expectTokenRefusal } from '../../harness/token-refusal.ts';

const INSIDE = '192.0.2.7';
const OUTSIDE = '203.0.113.9';
const LIST = '192.0.2.0/24, 2001:DB8::/32';

/** As a trusted proxy names its client. */
const from = (address: string) => ({ 'X-Forwarded-For': address });
const BX = { Authorization: `Basic ${Buffer.from('bx:bx').toString('base64')}` };

describeOnEveryBackend(
  'allowed_ip_addresses',
  (service) => {
    let accountId: string;
    let path: string;

    beforeAll(async () => {
      accountId = await firstAccountId(service());
      path = `/v1/accounts/${accountId}/settings/identity`;
    });
    afterEach(() => givenAccountSettings(service(), accountId, { allowedAddresses: 'default' }));

    const put = async (list: string, sent: Sent = {}) =>
      service().call('PUT', path, {
        token: sent.token ?? (await service().ownerToken()),
        json: { allowed_ip_addresses: list },
        headers: { 'If-Match': '*', ...sent.headers },
      });
    const exchange = (address: string, apikey = service().adminKey, headers = {}) =>
      service().exchange({ grant_type: 'apikey', apikey }, { ...from(address), ...headers });

    it('given a list that leaves out its own sender, when it is set, then it is accepted, echoed, and holds at once, also for the token it came with', async () => {
      const token = await service().ownerToken();

      const set = await put(LIST, { token, headers: from(OUTSIDE) });

      expect([set.status, set.body.allowed_ip_addresses]).toEqual([200, LIST]);
      const refused = await service().call('GET', path, { token, headers: from(OUTSIDE) });
      expectIdentityRefusal(refused, 403, 'address_not_allowed');
      expect(refused.body.errors[0]).toMatchObject({
        message_code: 'BXNIM0430E',
        details: expect.stringContaining(OUTSIDE),
      });
      const inside = await service().call('GET', path, { token, headers: from(INSIDE) });
      expect([inside.status, inside.body.allowed_ip_addresses]).toEqual([200, LIST]);
    });

    it('given a list, when a key is exchanged from outside, then it is 401 BXNIM0430E with the address, audited; from inside it works', async () => {
      await put(LIST);

      const refused = await exchange(OUTSIDE);

      const details = new RegExp(OUTSIDE.replaceAll('.', '\\.'));
      const headers = { 'www-authenticate': 'Basic realm="identity", Bearer realm="identity"' };
      expectTokenRefusal(refused, { status: 401, errorCode: 'BXNIM0430E', details, headers });
      await service().domains.recorder.flush();
      const request = { equals: [accountId], limit: 1, descending: true };
      const [failure] = (await service().store.read(EXCHANGE_FAILURES).page('byAccount', request)).rows;
      expect(failure).toMatchObject({ problem: 'address_not_allowed', address: OUTSIDE, action: 'token.exchange' });
      for (const address of [INSIDE, '::ffff:192.0.2.7', '2001:db8:0:0::9']) {
        expect([address, (await exchange(address)).status]).toEqual([address, 200]);
      }
      for (const address of ['::ffff:203.0.113.9', '2001:db9::9', '::1']) {
        expect([address, (await exchange(address)).status]).toEqual([address, 401]);
      }
    });

    it('given tokens from before the list, when they come from outside, then refresh, userinfo and every API refuse, and taking back still works', async () => {
      const before = await exchange(OUTSIDE, undefined, BX);
      const { access_token: token, refresh_token: refreshToken } = before.body;
      await put(LIST);
      const sent = { token, headers: from(OUTSIDE) };

      const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
      const refreshed = await service().exchange(form, { ...from(OUTSIDE), ...BX });
      const userinfo = await service().call('GET', '/identity/userinfo', sent);
      const product = await service().call('POST', `/latchkey/v1/accounts/${accountId}/sign_out`, sent);
      const policies = await service().call('GET', `/v1/policies?account_id=${accountId}`, sent);
      const introspected = await service().call('POST', '/identity/introspect', {
        form: { token },
        headers: from(OUTSIDE),
      });

      expectTokenRefusal(refreshed, { status: 401, errorCode: 'BXNIM0430E', details: /203/ });
      expectTokenRefusal(userinfo, { status: 401, errorCode: 'BXNIM0430E', details: /203/ });
      expect([product.status, product.body.code]).toEqual([403, 'address_not_allowed']);
      expect(policies.status).not.toBe(200);
      expect(introspected.body.active).toBe(true);
      expect((await service().exchange(form, { ...from(INSIDE), ...BX })).status).toBe(200);
      const revoked = await service().call('POST', '/identity/revoke', { form: { token }, headers: from(OUTSIDE) });
      expect(revoked.status).toBe(200);
      expect((await service().call('GET', path, { token, headers: from(INSIDE) })).status).toBe(401);
    });

    it('given a list of one account, when others ask from outside, then it holds for tokens of that account alone', async () => {
      const other = await givenOtherAccount(service());
      const { iamId, key } = await givenUser(service());
      await givenMembership(service(), other.accountId, iamId);
      const { key: serviceKey } = await givenServiceId(service());
      await put(LIST);

      const into = (account: string) =>
        service().exchange({ grant_type: 'apikey', apikey: key.secret, account }, from(OUTSIDE));

      expect((await exchange(OUTSIDE, serviceKey.secret)).body.errorCode).toBe('BXNIM0430E');
      expect((await into(accountId)).body.errorCode).toBe('BXNIM0430E');
      expect((await into(other.accountId)).status).toBe(200);
      expect((await exchange(OUTSIDE, other.ownerSecret)).status).toBe(200);
    });

    describe('attack: X-Forwarded-For of the client itself', () => {
      it('when a client behind the proxy writes an allowed address first, then the one that the proxy saw counts', async () => {
        await put(LIST);

        const forged = await exchange(`${INSIDE}, ${OUTSIDE}`);
        const unreadable = await exchange(`${INSIDE}, unknown`);
        const contradicting = await exchange(OUTSIDE, undefined, { Forwarded: `for=${INSIDE}` });

        expect(forged.body.errorCode).toBe('BXNIM0430E');
        expect([unreadable.status, contradicting.status]).toEqual([400, 400]);
      });

      it('when the proxy names nobody, then the proxy is who asks, and is not on the list', async () => {
        await put(LIST);

        const unnamed = await service().exchange({ grant_type: 'apikey', apikey: service().adminKey });

        expect(unnamed.body.errorDetails).toContain('127.0.0.1');
      });
    });

    describe('attack: whether a key is good, asked from outside', () => {
      it('when somebody without the exact secret asks, then the answer is that for an unknown key', async () => {
        await put(LIST);
        const secret = service().adminKey;
        const wrong = `${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`;

        expect((await exchange(OUTSIDE, wrong)).body.errorCode).toBe('BXNIM0415E');
      });
    });

    describe('given an account that has locked itself out', () => {
      it('when the operator takes the list away, then it is open again and audited; nobody else may', async () => {
        const other = await givenOtherAccount(service());
        const ownerToken = await other.ownerToken();
        await givenAccountSettings(service(), other.accountId, { allowedAddresses: '198.51.100.1' });
        const clear = (token: string, id = other.accountId) =>
          service().call('DELETE', `/latchkey/v1/accounts/${id}/allowed_ip_addresses`, { token });
        const lockedOut = await clear(ownerToken);
        const { key } = await givenUser(service());
        const denied = await clear(await service().tokenOf(key.secret));
        const deniedInvented = await clear(await service().tokenOf(key.secret), '0'.repeat(32));

        const cleared = await clear(await service().ownerToken());

        expect([lockedOut.body.code, denied.body.code]).toEqual(['address_not_allowed', 'access_denied']);
        expect([denied.status, deniedInvented.status]).toEqual([403, 403]);
        expect(cleared.status).toBe(204);
        expect((await clear(ownerToken)).body.code).toBe('access_denied');
        expect((await clear(await service().ownerToken(), '0'.repeat(32))).body.code).toBe('not_found');
        const othersPath = `/v1/accounts/${other.accountId}/settings/identity?include_history=true`;
        const { body } = await service().call('GET', othersPath, { token: ownerToken });
        expect([body.allowed_ip_addresses, body.history[0].action]).toEqual(['', 'clear-addresses']);
      });
    });

    it('given a list, when a settings body is refused, then the list stays as it was', async () => {
      await put(LIST);
      const token = String((await exchange(INSIDE)).body.access_token);

      const refused = await put('everybody', { token, headers: from(INSIDE) });

      expectIdentityRefusal(refused, 400, 'parameter_invalid');
      expect((await exchange(OUTSIDE)).status).toBe(401);
      const read = await service().call('GET', path, { token, headers: from(INSIDE) });
      expect(read.body.allowed_ip_addresses).toBe(LIST);
    });
  },
  { settings: { LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' } },
);

describeOnEveryBackend('allowed_ip_addresses without a trusted proxy', (service) => {
  /** Forwarded-for spoofing: a header that anybody can write must not open a list. */
  it('attack: when a client writes X-Forwarded-For and Forwarded, then its own connection counts', async () => {
    const accountId = await firstAccountId(service());
    await givenAccountSettings(service(), accountId, { allowedAddresses: INSIDE });
    const form = { grant_type: 'apikey', apikey: service().adminKey };

    const forged = await service().exchange(form, { ...from(INSIDE), Forwarded: `for=${INSIDE}` });

    expect(forged.body.errorDetails).toContain('127.0.0.1');
    await givenAccountSettings(service(), accountId, { allowedAddresses: '127.0.0.0/8' });
    expect((await service().exchange(form, from(OUTSIDE))).status).toBe(200);
  });
});
