import { beforeAll, expect, it } from '@jest/globals';
import type { PolicyRule } from '../../../src/policies/policy-rule.ts';
import { asOwner, firstAccountId, type GivenServiceId, givenServiceId } from '../../harness/given-credentials.ts';
import { platformRole, v2Policy } from '../../harness/given-policies.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const DAY = 24 * 3_600_000;
const SUNDAY = 0;

const time = (operator: 'timeGreaterThanOrEquals' | 'timeLessThan', value: string): PolicyRule => ({
  ...{ key: '{{environment.attributes.current_time}}', operator, value },
});
const days = (offset: string): PolicyRule => ({
  key: '{{environment.attributes.day_of_week}}',
  operator: 'dayOfWeekAnyOf',
  value: ['1', '2', '3', '4', '5'].map((day) => `${day}${offset}`),
});
const officeHours = (offset: string): PolicyRule => ({
  operator: 'and',
  conditions: [
    days(offset),
    time('timeGreaterThanOrEquals', `09:00:00${offset}`),
    time('timeLessThan', `17:00:00${offset}`),
  ],
});

/** Each instant is followed by a whole minute in which the answer is the same, so that no slow machine changes it. */
describeOnEveryBackend('policies that hold at certain hours', (service) => {
  let inUtc: GivenServiceId;
  let inIndia: GivenServiceId;

  beforeAll(async () => {
    const accountId = await firstAccountId(service());
    const given = async (offset: string): Promise<GivenServiceId> => {
      const holder = await givenServiceId(service());
      const words = { accountId, iamId: holder.iamId, service: 'iam-identity', role: platformRole('Viewer') };
      const pattern = 'time-based-conditions:weekly:custom-hours';
      const json = v2Policy({ ...words, rule: officeHours(offset), pattern });
      await asOwner(service(), 'POST', '/v2/policies', { json });
      return holder;
    };
    inUtc = await given('+00:00');
    inIndia = await given('+05:30');
  });

  /** Makes time pass until the next such instant. @param weekday 0 is Sunday */
  const comes = (weekday: number, hours: number, minutes: number): void => {
    const now = service().clock.now();
    const midnight = now - (now % DAY);
    const wanted = midnight + (hours * 60 + minutes) * 60_000 + ((weekday - new Date(now).getUTCDay() + 7) % 7) * DAY;
    service().clock.pass(wanted >= now ? wanted - now : wanted + 7 * DAY - now);
  };
  const asks = async ({ key }: GivenServiceId): Promise<number> => {
    const token = await service().tokenOf(key.secret);
    return (await service().call('GET', '/v1/serviceids', { token })).status;
  };

  it('given office hours, when time passes, then the next administrative call follows it', async () => {
    const answers: Record<string, readonly number[]> = {};
    const steps = [
      ['Monday 03:28', 1, 3, 28],
      ['Monday 03:30', 1, 3, 30],
      ['Monday 08:58', 1, 8, 58],
      ['Monday 09:00', 1, 9, 0],
      ['Monday 11:30', 1, 11, 30],
      ['Monday 16:58', 1, 16, 58],
      ['Monday 17:00', 1, 17, 0],
      ['Sunday 12:00', SUNDAY, 12, 0],
    ] as const;
    for (const [name, weekday, hours, minutes] of steps) {
      comes(weekday, hours, minutes);
      answers[name] = [await asks(inUtc), await asks(inIndia)];
    }

    expect(answers).toEqual({
      'Monday 03:28': [403, 403],
      'Monday 03:30': [403, 200],
      'Monday 08:58': [403, 200],
      'Monday 09:00': [200, 200],
      'Monday 11:30': [200, 403],
      'Monday 16:58': [200, 403],
      'Monday 17:00': [403, 403],
      'Sunday 12:00': [403, 403],
    });
  });
});
