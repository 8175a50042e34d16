import { givenAccountSettings } from '../../harness/given-account-settings.ts';
import type { OtherAccount } from '../../harness/given-other-account.ts';
import type { Answer } from '../../harness/http-call.ts';
import type { RunningService } from '../../harness/running-service.ts';

/** A log API key of an account in which each exchange is written down. */
export interface GivenLogKey {
  readonly id: string;
  readonly secret: string;
  /** As its clients send it. */
  readonly headers: Readonly<Record<string, string>>;
  readonly basic: Readonly<Record<string, string>>;
}

/** Makes one, as the owner of the account. */
export async function givenLogKey(service: RunningService, account: OtherAccount): Promise<GivenLogKey> {
  await givenAccountSettings(service, account.accountId, { exchangeRecords: 'each' });
  const sent = { token: await account.ownerToken(), json: { name: 'collector' } };
  const { status, body, text } = await service.call('POST', '/keys?_action=create', sent);
  if (status !== 200) throw new Error(`no log key: ${text}`);
  const { api_key_id: id, api_key_secret: secret } = body;
  return { id, secret, headers: { 'x-api-key': id, 'x-api-secret': secret }, basic: basicOf(id, secret) };
}

/** @returns the header of Basic credentials */
export const basicOf = (id: string, secret: string): Readonly<Record<string, string>> => ({
  Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

/** A query string as clients make it. */
export const queryOf = (parameters: Readonly<Record<string, string>>): string =>
  `?${Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')}`;

/** What a test looks at in an event. */
export interface SeenEvent {
  readonly source: string;
  readonly timestamp: string;
  // biome-ignore lint/suspicious/noExplicitAny: payloads differ by source, and a wrong guess fails the test.
  readonly payload: any;
}

/** @returns the events of an answer @throws when it is none */
export function eventsOf({ status, body, text }: Answer): readonly SeenEvent[] {
  if (status !== 200) throw new Error(`no events: ${status} ${text}`);
  return body.result;
}
