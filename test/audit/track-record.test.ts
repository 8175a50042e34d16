import { expect, it } from '@jest/globals';
import { asOwner, givenServiceId } from '../harness/given-credentials.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

describeOnEveryBackend('the history of a key', (service) => {
  /** Whoever has a key that was disabled could else push what was done to it out of sight, by trying it on and on. */
  it('given a disabled key, when it is tried more often than a history has rows, then its history still says it all', async () => {
    const { key } = await givenServiceId(service(), { disabled: true });
    const historyOf = async () =>
      (await asOwner(service(), 'GET', `/v1/apikeys/${key.id}?include_history=true`)).body.history;
    const before = await historyOf();
    for (let minute = 0; minute < 2; minute += 1) {
      for (let turn = 0; turn < 30; turn += 1) await service().exchange({ grant_type: 'apikey', apikey: key.secret });
      service().clock.pass(60_000);
    }
    await service().domains.recorder.flush();

    expect(before.map(({ action }: { action: string }) => action)).toContain('create');
    expect(await historyOf()).toEqual(before);
  });
});
