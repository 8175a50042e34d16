import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newApiKeySecret } from '../../../src/secrets/api-key-secret.ts';
import { givenServiceId } from '../../harness/given-credentials.ts';
import { type RunningService, runningService } from '../../harness/running-service.ts';
import { expectTokenRefusal } from '../../harness/token-refusal.ts';

/** R30: the revocation endpoint tells nobody which keys there are, but each guess costs a look-up, and must be slowed down. */
describe('the limit of unknown revocations', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await runningService({ settings: { LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '20' } });
  });
  beforeEach(() => {
    service.clock.beginMinute();
  });
  afterAll(() => service.dispose());

  const revoked = (form: Readonly<Record<string, string>>) => service.call('POST', '/identity/revoke', { form });
  const guess = (turn: number) => revoked(turn % 2 === 0 ? { apikey: newApiKeySecret() } : { token: 'a.b.c' });
  const guesses = async (times: number) => {
    const seen: number[] = [];
    for (let turn = 0; turn < times; turn += 1) seen.push((await guess(turn)).status);
    return seen;
  };

  it('given twenty unknown credentials, when one more comes, then 429 says when to come again', async () => {
    expect(await guesses(20)).toEqual(Array.from({ length: 20 }, () => 200));

    const answer = await guess(0);

    expectTokenRefusal(answer, { status: 429, errorCode: 'BXNIM0429E' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  /** Whoever guesses from an address must not keep its owner from taking a stolen key back. */
  it('given an address that is over the limit, when a good credential is taken back from it, then it is ended', async () => {
    const { key } = await givenServiceId(service);
    const token = await service.tokenOf(key.secret);
    await guesses(25);

    const answers = [await revoked({ token }), await revoked({ token }), await revoked({ apikey: key.secret })];

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await service.call('GET', '/identity/userinfo', { token })).status).toBe(401);
    expect((await service.exchange({ grant_type: 'apikey', apikey: key.secret })).body).toMatchObject({
      errorCode: 'BXNIM0462E',
    });
  });

  it('given an address that is over the limit, when it fails at an exchange, then that is counted by itself', async () => {
    await guesses(25);

    expect((await service.exchange({ grant_type: 'apikey', apikey: newApiKeySecret() })).status).toBe(400);
  });
});
