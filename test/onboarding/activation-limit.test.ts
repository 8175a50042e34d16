import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EXCHANGE_FAILURES } from '../../src/audit/exchange-failure.ts';
import { expectProductRefusal } from '../doors/latchkey/product-refusal.ts';
import { firstAccountId } from '../harness/given-credentials.ts';
import { activate, invite, newEmail } from '../harness/given-people.ts';
import { type RunningService, runningService } from '../harness/running-service.ts';

const WRONG_CODE = `lk_act_${'0'.repeat(64)}`;

describe('activation codes that do not work, three of which an address may send in a minute', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await runningService({ settings: { LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '3' } });
  });
  afterAll(() => service.dispose());

  /** Guessing codes. */
  it('when a fourth is sent, then 429 with Retry-After; a good code works all the same, and after a minute it begins anew', async () => {
    const accountId = await firstAccountId(service);
    const invited = await invite(service, { token: await service.ownerToken(), accountId, emails: [newEmail()] });

    service.clock.beginMinute();

    const answers = [];
    for (let sent = 0; sent < 4; sent += 1) answers.push(await activate(service, WRONG_CODE));
    const good = await activate(service, invited.body.resources[0].activation_code);
    service.clock.pass(60_000);
    const later = await activate(service, WRONG_CODE);

    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 429]);
    const [limited] = answers.slice(-1);
    if (limited === undefined) throw new Error('there is no answer');
    expectProductRefusal(limited, 429, 'rate_limited');
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(good.status).toBe(201);
    expectProductRefusal(later, 400, 'activation_code_invalid');
  });

  it('when the failures are written, then they are on record, without the code', async () => {
    await activate(service, WRONG_CODE);
    await service.domains.recorder.flush();

    const { rows } = await service.store.read(EXCHANGE_FAILURES).page('byExpiry', { equals: [], limit: 100 });

    expect(rows.map(({ action }) => action)).toContain('user-management.user.activate');
    expect(JSON.stringify(rows)).not.toContain('lk_act_');
    expect(service.log.join('\n')).not.toContain(WRONG_CODE);
  });
});
