import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { frodo as Frodo } from '@rockcarver/frodo-lib';
import { exchangeNamed } from '../harness/given-log-key.ts';
import { givenOtherAccount, type OtherAccount } from '../harness/given-other-account.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';
import { withinASecond } from '../harness/within-a-second.ts';

const load = createRequire(import.meta.url);
const { frodo }: { frodo: typeof Frodo } = load('@rockcarver/frodo-lib');

const HOUR_MILLISECONDS = 3_600_000;

/** The library that administrators of Advanced Identity Cloud use, unmodified. How it logs in, is tried elsewhere. */
describeOnEveryBackend('frodo-lib', (service) => {
  let account: OtherAccount;
  let log: typeof frodo.cloud.log;
  let state: typeof frodo.state;

  beforeAll(async () => {
    account = await givenOtherAccount(service());
    ({
      cloud: { log },
      state,
    } = frodo.createInstance({ host: `${service().listenUrl}/am` }));
    const token = { access_token: await account.ownerToken(), token_type: 'Bearer', expires_in: 3_600, scope: '' };
    state.setBearerTokenMeta({ ...token, expires: Date.now() + HOUR_MILLISECONDS });
  });

  const madeKey = async (name: string) => {
    const key = await log.createLogApiKey(name);
    state.setLogApiKey(key.api_key_id);
    state.setLogApiSecret(String(key.api_key_secret));
    return key;
  };
  const idsOf = (events: readonly { readonly payload: unknown }[]) =>
    events.map(({ payload }) => String(Reflect.get(Object(payload), '_id')));

  it('when keys are made, listed, read and deleted, one and then all, then it sees what there is', async () => {
    const [first, second] = [await log.createLogApiKey('first'), await log.createLogApiKey('second')];
    const { api_key_secret: secret, ...shown } = first;

    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(await log.getLogApiKey(first.api_key_id)).toEqual(shown);
    expect((await log.getLogApiKeys()).map(({ name }) => name)).toEqual(['first', 'second']);
    expect(await log.deleteLogApiKey(first.api_key_id)).toEqual(shown);
    expect(await log.getLogApiKeys()).toMatchObject([{ api_key_id: second.api_key_id }]);
    expect(await log.deleteLogApiKeys()).toMatchObject([{ api_key_id: second.api_key_id }]);
    expect(await log.getLogApiKeys()).toEqual([]);
  });

  describe('given a key', () => {
    it('when it asks for the sources, then they are those that the system has; when the key goes, then it is refused', async () => {
      const { api_key_id: id, api_key_secret: secret } = await madeKey('sources');

      const isValid = () => log.isLogApiKeyValid(id, String(secret));
      expect(await isValid()).toBe(true);
      expect(await log.getLogSources()).toEqual(expect.arrayContaining(['am-access', 'am-everything', 'idm-sync']));

      await log.deleteLogApiKey(id);
      expect(await isValid()).toBe(false);
      await expect(log.getLogSources()).rejects.toThrow();
      await expect(log.tail('am-everything', '')).rejects.toThrow();
    });

    it('when it fetches a range by the name of a request, then it finds the exchange that was just made', async () => {
      const { api_key_id: id } = await madeKey('fetch');
      const name = `frodo-${randomUUID()}`;
      const from = new Date(service().clock.now() - 60_000).toISOString();
      const to = new Date(service().clock.now() + 60_000).toISOString();

      await exchangeNamed(service(), account.ownerSecret, name);
      // Absent: the library leaves the parameters out.
      const [cookie, filter] = ['', ''];
      const page = () => log.fetch('am-access', from, to, cookie, name, filter);
      const found = await withinASecond(async () => (await page()).resultCount, 1);

      expect(found).toBe(1);
      expect((await page()).result).toMatchObject([
        { source: 'am-access', type: 'application/json', payload: { transactionId: name, topic: 'access' } },
      ]);
      expect((await page()).pagedResultsCookie).toBeNull();
      await log.deleteLogApiKey(id);
    });

    it('when it follows the log, then it sees what comes, each once', async () => {
      const { api_key_id: id } = await madeKey('tail');
      const name = `frodo-${randomUUID()}`;
      const seen: string[] = [];
      const names: unknown[] = [];

      let { pagedResultsCookie: cookie, result } = await log.tail('am-access', '');
      seen.push(...idsOf(result));
      await exchangeNamed(service(), account.ownerSecret, name);
      const follow = async (): Promise<boolean> => {
        ({ pagedResultsCookie: cookie, result } = await log.tail('am-access', cookie));
        seen.push(...idsOf(result));
        names.push(...result.map(({ payload }) => Reflect.get(Object(payload), 'transactionId')));
        return names.includes(name);
      };

      expect(await withinASecond(follow, true)).toBe(true);
      await follow();
      expect(new Set(seen).size).toBe(seen.length);
      await log.deleteLogApiKey(id);
    });
  });
});
