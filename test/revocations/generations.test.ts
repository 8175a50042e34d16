import { expect, it } from '@jest/globals';
import { ACCOUNTS, INSTALLATION_ID, INSTALLATIONS } from '../../src/accounts/account.ts';
import { API_KEYS } from '../../src/api-keys/api-key.ts';
import { cutOff } from '../../src/revocations/revocation.ts';
import { SERVICE_IDS } from '../../src/service-ids/service-id.ts';
import { replace } from '../../src/store/changes.ts';
import type { Collection, Entity } from '../../src/store/collection.ts';
import { nextEntityTag } from '../../src/store/entity-tag.ts';
import {
  accountSubject,
  INSTALLATION_SUBJECT,
  identitySubject,
  keySubject,
  membershipSubject,
} from '../../src/token-format/revocation-subjects.ts';
import { MEMBERSHIPS, membershipId, USERS } from '../../src/users/user.ts';
import { givenServiceId, givenUser } from '../harness/given-credentials.ts';
import { describeOnEveryBackend, type RunningService } from '../harness/running-service.ts';

const BX = { Authorization: `Basic ${Buffer.from('bx:bx').toString('base64')}` };

/** R16: the end of any member of a token's chain ends the token, and no clock takes part. */
describeOnEveryBackend('a cut-off', (service) => {
  const loggedIn = async (secret: string) => {
    const { body } = await service().exchange({ grant_type: 'apikey', apikey: secret }, BX);
    return { token: String(body.access_token), refreshToken: String(body.refresh_token) };
  };
  const works = async ({ token, refreshToken }: { token: string; refreshToken: string }) => {
    const api = await service().call('GET', '/identity/userinfo', { token });
    const introspected = await service().call('POST', '/identity/introspect', { form: { token } });
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
    const refreshed = await service().exchange(form, BX);
    return { api: api.status, active: introspected.body.active, refreshed: refreshed.status };
  };

  it.each(['key', 'user', 'membership', 'account', 'installation'] as const)(
    'given tokens of a user, when the generation of the %s is bumped, then the old ones are refused and new ones work',
    async (level) => {
      const { iamId, key } = await givenUser(service());
      const { accountId } = key;
      const before = await loggedIn(key.secret);
      expect(await works(before)).toEqual({ api: 200, active: true, refreshed: 200 });

      const bump = {
        key: () => bumped(service(), API_KEYS, key.id, keySubject(key.id), accountId),
        user: () => bumped(service(), USERS, iamId, identitySubject(iamId), accountId),
        membership: () =>
          bumped(
            service(),
            MEMBERSHIPS,
            membershipId(accountId, iamId),
            membershipSubject(accountId, iamId),
            accountId,
          ),
        account: () => bumped(service(), ACCOUNTS, accountId, accountSubject(accountId), accountId),
        installation: () => bumped(service(), INSTALLATIONS, INSTALLATION_ID, INSTALLATION_SUBJECT, accountId),
      };
      await bump[level]();

      expect(await works(before)).toEqual({ api: 401, active: false, refreshed: 400 });
      expect(await works(await loggedIn(key.secret))).toEqual({ api: 200, active: true, refreshed: 200 });
    },
  );

  it('given tokens of a service ID, when its generation is bumped, then the old ones are refused', async () => {
    const { id, iamId, key } = await givenServiceId(service());
    const before = await loggedIn(key.secret);

    await bumped(service(), SERVICE_IDS, id, identitySubject(iamId), key.accountId);

    expect(await works(before)).toEqual({ api: 401, active: false, refreshed: 400 });
    expect(await works(await loggedIn(key.secret))).toEqual({ api: 200, active: true, refreshed: 200 });
  });

  it('given two users, when one is cut off, then the other goes on', async () => {
    const [one, other] = [await givenUser(service()), await givenUser(service())];
    const tokens = await loggedIn(other.key.secret);

    await bumped(service(), USERS, one.iamId, identitySubject(one.iamId), one.key.accountId);

    expect(await works(tokens)).toEqual({ api: 200, active: true, refreshed: 200 });
  });
});

/** Bumps the generation of one entity and cuts off what is below, in one commit, as every domain does it. */
async function bumped<T extends Entity & { readonly generation: number }>(
  { store, clock }: RunningService,
  collection: Collection<T>,
  id: string,
  subject: string,
  accountId: string,
): Promise<void> {
  const before = await store.read(collection).get(id);
  if (before === undefined) throw new Error(`there is no ${id}`);
  const generation = before.generation + 1;
  const after: T = { ...before, generation, entityTag: nextEntityTag(before.entityTag) };
  await store.commit([
    replace(collection, after, before.entityTag),
    cutOff(subject, generation, accountId, clock.now()),
  ]);
}
