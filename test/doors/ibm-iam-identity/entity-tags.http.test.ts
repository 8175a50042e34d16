import { describe, expect, it } from '@jest/globals';
import { asOwner, firstAccountId } from '../../harness/given-credentials.ts';
import type { Answer } from '../../harness/http-call.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend, type RunningService } from '../../harness/running-service.ts';

const PARALLEL = 20;

/** Makes one of each kind, with a description. @returns its path and body */
const GIVEN = {
  apikeys: async (service: RunningService) => {
    const { body: listed } = await asOwner(service, 'GET', '/v1/apikeys');
    const json = { name: 'ci', description: 'old', iam_id: listed.apikeys[0].iam_id };
    const { body } = await asOwner(service, 'POST', '/v1/apikeys', { json });
    return { path: `/v1/apikeys/${body.id}`, body };
  },
  serviceids: async (service: RunningService) => {
    const json = { name: 'builder', description: 'old', account_id: await firstAccountId(service) };
    const { body } = await asOwner(service, 'POST', '/v1/serviceids', { json });
    return { path: `/v1/serviceids/${body.id}`, body };
  },
};

const statusesOf = (answers: readonly Answer[]): number[] => answers.map(({ status }) => status).sort();

describeOnEveryBackend('entity tags of the identity API', (service) => {
  const put = async (path: string, json: object, headers: Record<string, string> = { 'If-Match': '*' }) =>
    service().call('PUT', path, { token: await service().ownerToken(), json, headers });

  describe.each(['apikeys', 'serviceids'] as const)('PUT /v1/%s/{id}', (kind) => {
    it.each([
      ['raw', (tag: string) => tag],
      ['quoted', (tag: string) => `"${tag}"`],
      ['weak', (tag: string) => `W/"${tag}"`],
      ['any', () => '*'],
    ])(
      'given the current tag %s, when it is sent, then the change is made and the tag is a new one',
      async (_form, written) => {
        const { path, body: made } = await GIVEN[kind](service());

        const changed = await put(path, { name: 'new' }, { 'If-Match': written(made.entity_tag) });

        expect(changed.status).toBe(200);
        expect(changed.body).toMatchObject({ id: made.id, name: 'new', description: 'old' });
        expect(changed.body.entity_tag).toMatch(/^2-[0-9a-f]{32}$/);
        expect(changed.headers.get('etag')).toBe(changed.body.entity_tag);
        expect((await asOwner(service(), 'GET', path)).body.entity_tag).toBe(changed.body.entity_tag);
      },
    );

    it('given no tag, when a change comes, then it is refused with 400 and nothing changes', async () => {
      const { path, body: made } = await GIVEN[kind](service());

      expectIdentityRefusal(await put(path, { name: 'new' }, {}), 400, 'entity_tag_missing');

      expect((await asOwner(service(), 'GET', path)).body.name).toBe(made.name);
    });

    it.each(['"a", "b"', '"', 'a,b', 'a b'])(
      'given %s, when it is sent as If-Match, then it is refused with 400',
      async (tag) => {
        const { path } = await GIVEN[kind](service());

        expectIdentityRefusal(await put(path, { name: 'new' }, { 'If-Match': tag }), 400, 'parameter_invalid');
      },
    );

    /** Lost update: the change would overwrite what it never saw. */
    it('given a tag that is no longer current, when it is sent, then it is refused with 409 and nothing changes', async () => {
      const { path, body: made } = await GIVEN[kind](service());
      await put(path, { name: 'of somebody else' });

      const refused = await put(path, { name: 'new' }, { 'If-Match': made.entity_tag });

      expectIdentityRefusal(refused, 409, 'conflict');
      expect((await asOwner(service(), 'GET', path)).body.name).toBe('of somebody else');
    });

    it('given one tag, when 20 changes name it at once, then one is made and all others are conflicts', async () => {
      const { path, body: made } = await GIVEN[kind](service());
      const token = await service().ownerToken();

      const answers = await Promise.all(
        Array.from({ length: PARALLEL }, (_, number) =>
          service().call('PUT', path, {
            ...{ token, json: { name: `by ${number}` }, headers: { 'If-Match': made.entity_tag } },
          }),
        ),
      );

      expect(statusesOf(answers)).toEqual([200, ...Array.from({ length: PARALLEL - 1 }, () => 409)]);
      const winner = answers.find(({ status }) => status === 200);
      expect((await asOwner(service(), 'GET', path)).body).toEqual(winner?.body);
      for (const answer of answers.filter(({ status }) => status === 409))
        expectIdentityRefusal(answer, 409, 'conflict');
    });

    /** Starvation: whoever floods a stolen key with changes must not keep its owner from changing or disabling it. */
    it('given any version, when 20 changes come at once, then each is made, one after the other', async () => {
      const { path } = await GIVEN[kind](service());

      const answers = await Promise.all(
        Array.from({ length: PARALLEL }, (_, number) => put(path, { name: `by ${number}` })),
      );

      expect(new Set(statusesOf(answers))).toEqual(new Set([200]));
      expect((await asOwner(service(), 'GET', path)).body.entity_tag).toMatch(new RegExp(`^${PARALLEL + 1}-`));
    });

    it('given an empty description, when it is sent, then the description goes away; absent, it stays', async () => {
      const { path } = await GIVEN[kind](service());

      const kept = await put(path, {});
      const cleared = await put(path, { description: '' });

      expect(kept.body.description).toBe('old');
      expect(cleared.body).not.toHaveProperty('description');
    });
  });

  describe('PUT /v1/apikeys/{id}', () => {
    it.each([
      ['2049-01-02T18:30+0000', '2049-01-02T18:30+0000'],
      ['2049-01-02T18:30:59+0000', '2049-01-02T18:30+0000'],
      ['2049-01-02T18:30:00.123Z', '2049-01-02T18:30+0000'],
      ['2049-01-02T18:30Z', '2049-01-02T18:30+0000'],
      ['2049-01-02T20:30:00+02:00', '2049-01-02T18:30+0000'],
      ['2049-01-02T18:30:00-00:30', '2049-01-02T19:00+0000'],
    ])('given the end %s, when it is set, then it is written as %s', async (given, written) => {
      const { path } = await GIVEN.apikeys(service());

      const changed = await put(path, { expires_at: given });

      expect([changed.status, changed.body.expires_at]).toEqual([200, written]);
      expect((await asOwner(service(), 'GET', path)).body.expires_at).toBe(written);
    });

    it.each(['tomorrow', '2049-01-02', '2049-13-01T00:00Z', '2049-01-02T18:30', '', 2_500_000_000, null])(
      'given the end %j, when it is set, then it is refused with 400',
      async (given) => {
        const { path } = await GIVEN.apikeys(service());

        const refused = await put(path, { expires_at: given });

        expect([refused.status, refused.body.errors[0].message]).toEqual([400, expect.stringContaining('expires_at')]);
      },
    );

    it('given every member, when it is set, then it is kept', async () => {
      const { path } = await GIVEN.apikeys(service());
      const json = { name: 'n', description: 'two\nlines', support_sessions: false, action_when_leaked: 'delete' };

      const changed = await put(path, { ...json, expires_at: '2049-01-02T18:30+0000' });

      expect(changed.body).toMatchObject({ ...json, expires_at: '2049-01-02T18:30+0000' });
    });
  });
});
