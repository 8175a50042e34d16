import { expect, it } from '@jest/globals';
import { asOwner, givenKeyOf, givenServiceId } from '../harness/given-credentials.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

/** R7: a lock refuses every write but unlocking and disabling; tokens still flow. */
describeOnEveryBackend('what a lock refuses', (service) => {
  const asked = async (method: string, path: string, json?: object) => {
    const token = await service().ownerToken();
    const headers = { 'If-Match': '*' };
    return (await service().call(method, path, { token, headers, ...(json && { json }) })).status;
  };
  const exchanged = async (apikey: string) => (await service().exchange({ grant_type: 'apikey', apikey })).status;

  it.each([
    ['PUT', '', { name: 'new' }, 409],
    ['PUT', '', { expires_at: '2030-01-01T00:00+0000' }, 409],
    ['DELETE', '', undefined, 409],
    ['DELETE', '/disable', undefined, 409],
    ['GET', '', undefined, 200],
    ['POST', '/lock', undefined, 204],
    ['POST', '/disable', undefined, 204],
    ['DELETE', '/lock', undefined, 204],
  ] as const)('given a locked key, when %s {id}%s %j is asked, then %d', async (method, path, body, status) => {
    const { iamId } = await givenServiceId(service());
    const key = await givenKeyOf(service(), iamId, { locked: true });

    expect(await asked(method, `/v1/apikeys/${key.id}${path}`, body)).toBe(status);
  });

  it('given a locked key, when it is exchanged, then it works until it is disabled, locked as it is', async () => {
    const { iamId } = await givenServiceId(service());
    const key = await givenKeyOf(service(), iamId, { locked: true });
    expect(await exchanged(key.secret)).toBe(200);

    await asOwner(service(), 'POST', `/v1/apikeys/${key.id}/disable`);

    expect(await exchanged(key.secret)).toBe(400);
  });

  it('given a lock that was taken away, when the key is changed, then that works', async () => {
    const { iamId } = await givenServiceId(service());
    const key = await givenKeyOf(service(), iamId, { locked: true });
    await asOwner(service(), 'DELETE', `/v1/apikeys/${key.id}/lock`);

    expect(await asked('PUT', `/v1/apikeys/${key.id}`, { name: 'new' })).toBe(200);
    expect(await asked('DELETE', `/v1/apikeys/${key.id}`)).toBe(204);
  });

  it.each([
    ['PUT', '', { name: 'new' }, 409],
    ['DELETE', '', undefined, 409],
    ['GET', '', undefined, 200],
    ['POST', '/lock', undefined, 204],
    ['DELETE', '/lock', undefined, 204],
  ] as const)('given a locked service ID, when %s {id}%s %j is asked, then %d', async (method, path, body, status) => {
    const { id } = await givenServiceId(service());
    await asOwner(service(), 'POST', `/v1/serviceids/${id}/lock`);

    expect(await asked(method, `/v1/serviceids/${id}${path}`, body)).toBe(status);
  });

  it('given a locked service ID, when its key is exchanged, then tokens still flow', async () => {
    const { id, key } = await givenServiceId(service());
    await asOwner(service(), 'POST', `/v1/serviceids/${id}/lock`);

    expect(await exchanged(key.secret)).toBe(200);
  });
});
