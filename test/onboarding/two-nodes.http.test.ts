import { beforeAll, describe, expect, it } from '@jest/globals';
import { API_KEYS } from '../../src/api-keys/api-key.ts';
import { expectProductRefusal } from '../doors/latchkey/product-refusal.ts';
import { BACKENDS } from '../harness/backends.ts';
import { firstAccountId } from '../harness/given-credentials.ts';
import { A_PASSWORD, givenPasswordUser } from '../harness/given-password.ts';
import { activate, givenPerson, invite, newEmail } from '../harness/given-people.ts';
import type { RunningService } from '../harness/running-service.ts';
import { BELIEVED, believedWays, REFUSED, signedIn } from '../harness/signed-in.ts';
import { givenTwoServices } from '../harness/two-services.ts';
import { withinASecond } from '../harness/within-a-second.ts';

describe.each(BACKENDS)('people on two processes of one store [%s]', (backend) => {
  let nodes: readonly [RunningService, RunningService];
  let accountId: string;
  const services = givenTwoServices(backend);
  beforeAll(async () => {
    const { first, second } = services();
    nodes = [first, second];
    accountId = await firstAccountId(first);
  });

  it('given a code, when it is used on both at once, five times, then one user has one key each time', async () => {
    for (let round = 0; round < 5; round += 1) {
      const token = await nodes[0].ownerToken();
      const invited = await invite(nodes[0], { token, accountId, emails: [newEmail()] });
      const [{ activation_code: code, iam_id: iamId }] = invited.body.resources;

      const answers = await Promise.all([...nodes, ...nodes].map((node) => activate(node, code)));

      const refused = answers.filter(({ status }) => status !== 201);
      expect(refused).toHaveLength(answers.length - 1);
      for (const answer of refused) expectProductRefusal(answer, 400, 'activation_code_invalid');
      const request = { equals: [accountId, iamId], limit: 10 };
      expect((await nodes[1].store.read(API_KEYS).page('ofIdentityByName', request)).rows).toHaveLength(1);
    }
  });

  it('given a new address, when both invite it at once, then there is one user, and one of the codes works', async () => {
    const emails = [newEmail()];

    const answers = await Promise.all(
      nodes.map(async (node) => invite(node, { token: await node.ownerToken(), accountId, emails })),
    );

    const resources = answers.map(({ body }) => body.resources[0]);
    expect(new Set(resources.map(({ iam_id: iamId }) => iamId)).size).toBe(1);
    const used = await Promise.all(resources.map(({ activation_code: code }) => activate(nodes[0], code)));
    expect(used.map(({ status }) => status).sort()).toEqual([201, 400]);
  });

  it('given a log-in at the second, when the password is changed at the first, then the second knows neither within a second', async () => {
    const [first, second] = nodes;
    const person = await givenPasswordUser(first, { token: await first.ownerToken(), accountId });
    const loggedIn = (password: string) =>
      second.call('POST', '/api/authentication/login', { json: { username: person.email, password } });
    const [{ body: kept }, { body: left }] = [await loggedIn(A_PASSWORD), await loggedIn(A_PASSWORD)];
    const json = { password: 'battery horse correct', current_password: A_PASSWORD };

    await first.call('PUT', '/latchkey/v1/me/password', { token: left.token, json });

    expect((await loggedIn(A_PASSWORD)).status).toBe(401);
    const seen = async () => [
      (await second.call('GET', '/api/authentication/verify', { token: kept.token })).status,
      (await second.call('POST', '/api/authentication/renewToken', { token: kept.token })).status,
    ];
    expect(await withinASecond(seen, [401, 401])).toEqual([401, 401]);
    expect((await loggedIn(json.password)).status).toBe(200);
  });

  it('given a token in use at the second, when the first suspends the user, then the second refuses it within a second', async () => {
    const [first, second] = nodes;
    const token = await first.ownerToken();
    const person = await givenPerson(first, { token, accountId });
    const pair = await withinASecond(async () => believedWays(second, await signedIn(second, person.secret)), BELIEVED);
    expect(pair).toEqual(BELIEVED);
    const before = await signedIn(second, person.secret);

    const path = `/v2/accounts/${accountId}/users/${person.iamId}`;
    await first.call('PATCH', path, { token, json: { state: 'SUSPENDED' } });

    const expected = { ...REFUSED, refreshed: 401 };
    expect(await withinASecond(() => believedWays(second, before), expected)).toEqual(expected);
  });
});
