import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { A_PASSWORD } from '../../harness/given-password.ts';
import { activate, invite, newEmail } from '../../harness/given-people.ts';
import { type RunningService, runningService } from '../../harness/running-service.ts';

const MOST = 5;

/** R30: passwords can be guessed, so guessing is slow. */
describe('the limit of failed log-ins', () => {
  let service: RunningService;
  let email: string;
  let token: string;

  beforeAll(async () => {
    service = await runningService({ settings: { LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: String(MOST) } });
    email = newEmail();
    token = await service.ownerToken();
    const { body } = await service.call('GET', '/latchkey/v1/me', { token });
    const invited = await invite(service, { token, accountId: body.accounts[0].id, emails: [email] });
    await activate(service, invited.body.resources[0].activation_code, { password: A_PASSWORD });
  });
  beforeEach(() => service.clock.beginMinute());
  afterAll(() => service.dispose());

  const login = (password: string) =>
    service.call('POST', '/api/authentication/login', { json: { username: email, password } });
  const failOften = async () => {
    const seen: number[] = [];
    for (let turn = 0; turn < MOST; turn += 1) seen.push((await login('not the password')).status);
    return seen;
  };

  it('given five wrong passwords, when the right one comes, then 429 says when to come again, and a minute later it is in', async () => {
    expect(await failOften()).toEqual(Array(MOST).fill(401));

    const refused = await login(A_PASSWORD);

    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.body.message).not.toContain(email);
    service.clock.pass(60_000);
    expect((await login(A_PASSWORD)).status).toBe(200);
  });

  /** Guessing it at another place, with a stolen token. */
  it('given wrong log-ins, when the password is changed with the right current one, then that is limited too', async () => {
    await failOften();
    const { body } = await service.call('GET', '/latchkey/v1/me', { token });
    const change = { password: A_PASSWORD, current_password: 'not the password' };
    const put = (json: object) => service.call('PUT', '/latchkey/v1/me/password', { token, json });

    const first = await put({ password: A_PASSWORD });
    const guessed = await put(change);

    expect(body.email).not.toBe(email);
    expect([first.status, guessed.status]).toEqual([204, 429]);
  });
});
