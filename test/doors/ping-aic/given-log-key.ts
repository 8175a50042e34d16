import { givenAccountSettings } from '../../harness/given-account-settings.ts';
import { type GivenLogKey as MadeLogKey, givenLogKey as madeLogKey } from '../../harness/given-log-key.ts';
import type { OtherAccount } from '../../harness/given-other-account.ts';
import type { Answer } from '../../harness/http-call.ts';
import type { RunningService } from '../../harness/running-service.ts';

/** A log API key of an account in which each exchange is written down. */
export interface GivenLogKey extends MadeLogKey {
  /** As clients that know Basic alone present it. */
  readonly basic: Readonly<Record<string, string>>;
}

/** Makes one, as the owner of the account. */
export async function givenLogKey(service: RunningService, account: OtherAccount): Promise<GivenLogKey> {
  await givenAccountSettings(service, account.accountId, { exchangeRecords: 'each' });
  const key = await madeLogKey(service, await account.ownerToken());
  return { ...key, basic: basicOf(key.id, key.secret) };
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
