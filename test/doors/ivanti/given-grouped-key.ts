import type { Answer, Sent } from '../../harness/http-call.ts';
import type { RunningService } from '../../harness/running-service.ts';

/** Where groups are made. */
export const GROUPS = '/latchkey/v1/ivanti/key_groups';

/** A key in a group, as whoever has just made it knows it. */
export interface GivenGroupedKey {
  readonly path: string;
  readonly id: string;
  readonly secret: string;
}

let made = 0;

/** Makes a group. @returns its path */
export async function givenKeyGroup(service: RunningService, token?: string): Promise<string> {
  made += 1;
  const sent = { token: token ?? (await service.ownerToken()), json: { name: `group ${made}` } };
  const { status, body, text } = await service.call('POST', GROUPS, sent);
  if (status !== 201) throw new Error(`no group: ${text}`);
  return `${GROUPS}/${body.id}`;
}

/** Makes a key in a group of its own. @param token default: that of the first account's owner */
export async function givenGroupedKey(
  service: RunningService,
  json: object = {},
  token?: string,
): Promise<GivenGroupedKey> {
  const group = await givenKeyGroup(service, token);
  const asker = token ?? (await service.ownerToken());
  const { status, body, text } = await service.call('POST', `${group}/keys`, { token: asker, json });
  if (status !== 201) throw new Error(`no key: ${text}`);
  return { path: `${group}/keys/${body.id}`, id: body.id, secret: body.reference_id };
}

/** Asks with a key, as clients of this system send it. */
export const askWith = (
  service: Pick<RunningService, 'call'>,
  secret: string,
  path = '/api/rest/whoami',
  headers: Sent['headers'] = {},
): Promise<Answer> => service.call('GET', path, { headers: { Authorization: `rest_api_key=${secret}`, ...headers } });
