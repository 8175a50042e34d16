import type { RunningService } from '../harness/running-service.ts';

/** An OAuth client: the id of a service ID, and the value of one of its keys. */
export interface GivenClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly clientKeyId: string;
}

/** Makes a service ID with a key. */
export async function givenClient(service: RunningService): Promise<GivenClient> {
  const token = await service.ownerToken();
  const { status, body } = await service.call('POST', '/v1/serviceids', {
    token,
    json: { name: 'a client', apikey: { name: 'its key' } },
  });
  if (status !== 201) throw new Error(`no service ID: ${status}`);
  return { clientId: body['id'], clientSecret: body['apikey']['apikey'], clientKeyId: body['apikey']['id'] };
}
