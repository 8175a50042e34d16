import { expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const API_KEY_GRANT = 'urn:ibm:params:oauth:grant-type:apikey';

/** What clients that are out there send, and what must therefore work (IBM Cloud IAM Identity API, token operations). */
describeOnEveryBackend('what POST /identity/token accepts', (service) => {
  const form = () => ({ grant_type: API_KEY_GRANT, apikey: service().adminKey });

  it.each([
    '/identity/token',
    '/identity/token/',
    '/identity/token%23apikey',
    '/identity/token%23apikey-delegated-refresh-token',
    '/identity/token%23',
    '/oidc/token',
    '/oidc/token/',
    '/identity/identity/token',
    '/identity/identity/token/',
    '/identity/token?account=4711',
    '/identity/token/?version=2022-03-01&pretty=true&account=',
  ])('when the form is posted to %s, then there is a token', async (path) => {
    const { status, body } = await service().call('POST', path, { form: form() });

    expect([status, body.token_type]).toEqual([200, 'Bearer']);
  });

  it.each(['apikey', API_KEY_GRANT])('when the grant is called %s, then the claim is the URN', async (grantType) => {
    const { body } = await service().exchange({ ...form(), grant_type: grantType });

    expect(decodeJwt(body.access_token)['grant_type']).toBe(API_KEY_GRANT);
  });

  it.each([
    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded; charset=utf-8',
    'application/x-www-form-urlencoded;charset=UTF-8',
    'Application/X-WWW-Form-Urlencoded; charset="utf-8"',
  ])('when the content type is %s, then there is a token', async (type) => {
    const raw = new URLSearchParams(form()).toString();

    const { status } = await service().call('POST', '/identity/token', { raw, headers: { 'Content-Type': type } });

    expect(status).toBe(200);
  });

  it.each([
    ['response_type of the SDKs', { response_type: 'cloud_iam' }],
    ['several response types, one unknown', { response_type: 'cloud_iam ims_portal new_one' }],
    ['scope', { scope: 'scope1 scope2' }],
    ['receiver_client_ids', { receiver_client_ids: 'kube' }],
    ['parameters that mean nothing here', { pretty: 'true', hello: 'wörld', '': 'nameless' }],
    ['empty parameters, which are absent ones', { account: '', client_id: '', refresh_token: '' }],
  ])('when the form also has %s, then there is the same kind of token', async (_name, more) => {
    const { status, body } = await service().exchange({ ...form(), ...more });

    expect([status, body.refresh_token, body.scope]).toEqual([200, 'not_supported', 'ibm openid']);
  });

  it('when a client names itself beside the key, then that is no conflict', async () => {
    const basic = { Authorization: `Basic ${Buffer.from('bx:bx').toString('base64')}` };

    expect((await service().exchange(form(), basic)).status).toBe(200);
  });

  it('when the tenant list names the account of the key, then there is a token', async () => {
    const account = decodeJwt(await service().ownerToken())['account'];
    const bss = String((account as { bss: unknown }).bss); // every token has this claim

    const { status } = await service().exchange(form(), { 'ibm-cloud-tenant': `other, ${bss}` });

    expect(status).toBe(200);
  });

  it('when the account asked for is the own one, then the token names it', async () => {
    const { bss } = decodeJwt(await service().ownerToken())['account'] as { bss: string }; // every token has this claim

    const { status, body } = await service().exchange({ ...form(), account: bss });

    expect(status).toBe(200);
    expect(decodeJwt(body.access_token)['account']).toEqual({ valid: true, bss, frozen: false });
  });
});
