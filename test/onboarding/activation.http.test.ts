import { beforeAll, describe, expect, it } from '@jest/globals';
import { API_KEYS } from '../../src/api-keys/api-key.ts';
import { remove } from '../../src/store/changes.ts';
import { INVITATIONS } from '../../src/users/invitation.ts';
import { membershipId } from '../../src/users/user.ts';
import { expectProductRefusal } from '../doors/latchkey/product-refusal.ts';
import { firstAccountId } from '../harness/given-credentials.ts';
import { activate, givenTenant, invite, newEmail } from '../harness/given-people.ts';
import type { Answer } from '../harness/http-call.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

const DAY_MILLISECONDS = 24 * 3_600_000;
const WRONG_CODE = `lk_act_${'0'.repeat(64)}`;

describeOnEveryBackend('POST /latchkey/v1/users/activate', (service) => {
  let accountId: string;
  beforeAll(async () => {
    accountId = await firstAccountId(service());
  });

  const inviteHere = async (...emails: readonly unknown[]) =>
    invite(service(), { token: await service().ownerToken(), accountId, emails });
  const refusedCode = (answer: Answer) => expectProductRefusal(answer, 400, 'activation_code_invalid');

  describe('given an invitation that was not used', () => {
    it('when the same address is invited again, then the new code works and the old one does not', async () => {
      const email = newEmail();
      const first = (await inviteHere(email)).body.resources[0];
      const second = (await inviteHere(email)).body.resources[0];

      refusedCode(await activate(service(), first.activation_code));
      expect((await activate(service(), second.activation_code)).status).toBe(201);
      expect(second.iam_id).toBe(first.iam_id);
    });

    it('when seven days have passed, then the code is refused, and a new invitation works', async () => {
      const email = newEmail();
      const { activation_code: code } = (await inviteHere(email)).body.resources[0];
      service().clock.pass(7 * DAY_MILLISECONDS);

      refusedCode(await activate(service(), code));
      const again = (await inviteHere(email)).body.resources[0];
      expect((await activate(service(), again.activation_code)).status).toBe(201);
    });

    it('when it was swept and its operator makes four new codes at once, then each is answered and one works', async () => {
      const asOperator = async (path: string, json: object) =>
        service().call('POST', `/latchkey/v1/accounts${path}`, { token: await service().ownerToken(), json });
      const { body } = await asOperator('', { name: 'Made', owner_email: newEmail() });
      const invitation = await service().store.read(INVITATIONS).get(membershipId(body.id, body.owner_iam_id));
      await service().store.commit(invitation === undefined ? [] : [remove(INVITATIONS, invitation)]);

      const answers = await Promise.all(Array.from({ length: 4 }, () => asOperator(`/${body.id}/activation_code`, {})));
      const used = await Promise.all(answers.map((answer) => activate(service(), answer.body.activation_code)));

      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
      expect(used.map(({ status }) => status).sort()).toEqual([201, 400, 400, 400]);
    });

    it('when the user is removed, then the code is refused', async () => {
      const { activation_code: code, iam_id: iamId } = (await inviteHere(newEmail())).body.resources[0];
      const token = await service().ownerToken();
      const removed = await service().call('DELETE', `/v2/accounts/${accountId}/users/${iamId}`, { token });

      expect(removed.status).toBe(204);
      refusedCode(await activate(service(), code));
    });

    it('when the store is read, then the code is nowhere in it', async () => {
      const { activation_code: code } = (await inviteHere(newEmail())).body.resources[0];

      const { rows } = await service().store.read(INVITATIONS).page('byExpiry', { equals: [], limit: 1_000 });

      expect(rows.length).toBeGreaterThan(0);
      expect(JSON.stringify(rows)).not.toContain(code.slice(10, 40));
    });
  });

  describe('given a code', () => {
    it('when it is used ten times at once, then one user has one key', async () => {
      const { activation_code: code, iam_id: iamId } = (await inviteHere(newEmail())).body.resources[0];

      const answers = await Promise.all(Array.from({ length: 10 }, () => activate(service(), code)));

      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      for (const answer of answers) if (answer.status !== 201) refusedCode(answer);
      const keys = await service()
        .store.read(API_KEYS)
        .page('ofIdentityByName', { equals: [accountId, iamId], limit: 10 });
      expect(keys.rows).toHaveLength(1);
    });

    /** Guessing codes, and learning from the answers which users there are. */
    it('when it is unknown, malformed, used or another one, then each answer is the same', async () => {
      const { activation_code: used } = (await inviteHere(newEmail())).body.resources[0];
      await activate(service(), used);

      const answers = await Promise.all([used, WRONG_CODE, 'x', `${used} `].map((code) => activate(service(), code)));

      const bodies = answers.map(({ status, body: { code, message, details } }) => ({
        status,
        code,
        message,
        details,
      }));
      for (const answer of answers) refusedCode(answer);
      expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
    });

    it('when a password is sent with it that is not fit, then it is refused and the code still works', async () => {
      const { activation_code: code } = (await inviteHere(newEmail())).body.resources[0];

      const short = await activate(service(), code, { password: 'too short' });

      expectProductRefusal(short, 400, 'parameter_invalid');
      expect((await activate(service(), code, { password: 'correct horse battery' })).status).toBe(201);
    });

    it('when a token of somebody else is sent with it, then it is refused and the code still works', async () => {
      const { activation_code: code } = (await inviteHere(newEmail())).body.resources[0];

      refusedCode(await activate(service(), code, { token: await (await givenTenant(service())).ownerToken() }));
      expect((await activate(service(), code)).status).toBe(201);
    });
  });

  /** Squatting: no e-mail is sent, so the administrator of any account has a code for any address. */
  describe('given somebody whom the operator expects, and a code of another account for the same address', () => {
    it('when the other code is used first, then it is refused; the owner of the new account comes in, and then it needs a token', async () => {
      const owner_email = newEmail();
      const token = await service().ownerToken();
      const made = await service().call('POST', '/latchkey/v1/accounts', { token, json: { name: 'New', owner_email } });
      const squatter = await givenTenant(service());
      const other = { token: await squatter.ownerToken(), accountId: squatter.accountId, emails: [owner_email] };
      const [{ activation_code: othersCode }] = (await invite(service(), other)).body.resources;

      const tooEarly = await activate(service(), othersCode);
      const owner = await activate(service(), made.body.activation_code);
      const withoutToken = await activate(service(), othersCode);
      const joined = await activate(service(), othersCode, { token: await service().tokenOf(owner.body.apikey) });

      expectProductRefusal(tooEarly, 400, 'activation_code_invalid');
      expect(owner).toMatchObject({ status: 201, body: { iam_id: made.body.owner_iam_id } });
      expectProductRefusal(withoutToken, 400, 'activation_code_invalid');
      expect(joined).toMatchObject({ status: 200, body: { account_id: squatter.accountId } });
    });

    it("when the operator's code has expired, then the other one is good", async () => {
      const email = newEmail();
      const token = await service().ownerToken();
      await invite(service(), { token, accountId: await firstAccountId(service()), emails: [email] });
      service().clock.pass(4 * DAY_MILLISECONDS);
      const other = await givenTenant(service());
      const sent = { token: await other.ownerToken(), accountId: other.accountId, emails: [email] };
      const [{ activation_code: code }] = (await invite(service(), sent)).body.resources;
      service().clock.pass(4 * DAY_MILLISECONDS);

      expect((await activate(service(), code)).status).toBe(201);
    });
  });
});
