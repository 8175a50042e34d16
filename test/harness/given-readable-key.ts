import type { ServiceProcess } from './service-process.ts';

/** A key whose value may be read again: values of service IDs' keys may, users' may not. */
export async function givenReadableKey(service: ServiceProcess): Promise<{ id: string; apikey: string }> {
  const owner = await service.tokenOf(await service.adminKey());
  const { account } = JSON.parse(Buffer.from(owner.split('.')[1] ?? '', 'base64url').toString());
  const json = { name: 'robot', account_id: account.bss, apikey: { name: 'readable', store_value: true } };
  const { status, body, text } = await service.call('POST', '/v1/serviceids', { token: owner, json });
  if (status !== 201) throw new Error(`no service ID: ${text}`);
  return body.apikey;
}
