import { expect, it } from '@jest/globals';
import {
  asOwner,
  firstAccountId,
  givenKeyOf,
  givenMembership,
  givenServiceId,
  givenUser,
} from '../harness/given-credentials.ts';
import { givenOtherAccount } from '../harness/given-other-account.ts';
import { describeOnEveryBackend, type RunningService } from '../harness/running-service.ts';
import { refreshed, type SignedIn, signedIn } from '../harness/signed-in.ts';

/** One way to sign in, and everything whose end ends the tokens that come of it. */
interface Chain {
  readonly name: string;
  readonly secret: string;
  readonly accountId?: string;
  readonly hangsOn: readonly Subject[];
}

const SUBJECTS = ['key', 'user', 'membership', 'service ID', 'account', 'installation'] as const;
type Subject = (typeof SUBJECTS)[number];

const COMBINATIONS = Array.from({ length: 2 ** SUBJECTS.length }, (_, bits) =>
  SUBJECTS.filter((_subject, index) => (bits >> index) % 2 === 1),
);

/**
 * R16: every combination of levels, in one order and in the other, against every kind of chain. A level that is
 * forgotten beside another one, as in CVE-2026-8922, shows here and in no test of single levels.
 */
describeOnEveryBackend('all combinations of what is signed out', (service) => {
  it('when each is signed out, then exactly the tokens that hang on a part of it are refused, and new ones are good', async () => {
    const { chains, paths } = await givenChains(service());
    const isActive = async ({ token }: SignedIn) =>
      (await service().call('POST', '/identity/introspect', { form: { token } })).body.active;
    const isRefreshed = async (pair: SignedIn) => (await refreshed(service(), pair)).status === 200;
    const wrong: string[] = [];

    for (const [turn, combination] of COMBINATIONS.entries()) {
      const before = await Promise.all(chains.map(({ secret, accountId }) => signedIn(service(), secret, accountId)));
      const inOrder = turn % 2 === 0 ? combination : combination.toReversed();
      for (const subject of inOrder) await asOwner(service(), 'POST', paths[subject]);
      const after = await Promise.all(chains.map(({ secret, accountId }) => signedIn(service(), secret, accountId)));

      const found = await Promise.all(
        chains.map(async ({ name, hangsOn }, index) => {
          const expected = !hangsOn.some((subject) => combination.includes(subject));
          const [old, fresh] = [before[index] ?? never(), after[index] ?? never()];
          const seen = [await isActive(old), await isRefreshed(old), await isActive(fresh)];
          return seen.join() === [expected, expected, true].join()
            ? []
            : [`${combination.join(' + ')}: ${name} is ${seen.join()}`];
        }),
      );
      wrong.push(...found.flat());
    }

    expect(wrong).toEqual([]);
  }, 120_000);
});

/** Two accounts; a user in both, with two keys; a service ID with two keys; another user; another owner. */
async function givenChains(service: RunningService) {
  const accountId = await firstAccountId(service);
  const other = await givenOtherAccount(service);
  const user = await givenUser(service);
  await givenMembership(service, other.accountId, user.iamId);
  const [robot, secondKey, colleague] = [
    await givenServiceId(service),
    await givenKeyOf(service, user.iamId),
    await givenUser(service),
  ];
  const robotKey = await givenKeyOf(service, robot.iamId);
  const chains: readonly Chain[] = [
    {
      ...{ name: 'the key of the user', secret: user.key.secret },
      hangsOn: ['key', 'user', 'membership', 'account', 'installation'],
    },
    {
      ...{ name: 'the key of the user, in the other account', secret: user.key.secret, accountId: other.accountId },
      hangsOn: ['key', 'user', 'installation'],
    },
    {
      ...{ name: 'another key of the user', secret: secondKey.secret },
      hangsOn: ['user', 'membership', 'account', 'installation'],
    },
    {
      ...{ name: 'the key of another user', secret: colleague.key.secret },
      hangsOn: ['account', 'installation'],
    },
    {
      ...{ name: 'a key of the service ID', secret: robot.key.secret },
      hangsOn: ['service ID', 'account', 'installation'],
    },
    {
      ...{ name: 'another key of the service ID', secret: robotKey.secret },
      hangsOn: ['service ID', 'account', 'installation'],
    },
    { name: 'the owner of the other account', secret: other.ownerSecret, hangsOn: ['installation'] },
  ];
  const api = '/latchkey/v1';
  const paths: Readonly<Record<Subject, string>> = {
    key: `${api}/apikeys/${user.key.id}/sign_out`,
    user: `${api}/users/${user.iamId}/sign_out`,
    membership: `${api}/accounts/${accountId}/users/${user.iamId}/sign_out`,
    'service ID': `${api}/serviceids/${robot.id}/sign_out`,
    account: `${api}/accounts/${accountId}/sign_out`,
    installation: `${api}/installation/sign_out`,
  };
  return { chains, paths };
}

function never(): never {
  throw new Error('every chain has signed in');
}
