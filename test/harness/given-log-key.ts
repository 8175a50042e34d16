import type { Answer } from './http-call.ts';
import type { RunningService } from './running-service.ts';

/** A log API key, as who has just made it knows it. */
export interface GivenLogKey {
  readonly id: string;
  readonly secret: string;
  /** How clients present it. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Makes a log API key. @param token of an administrator @throws when it is refused */
export async function givenLogKey(service: RunningService, token: string): Promise<GivenLogKey> {
  const { status, body, text } = await service.call('POST', '/keys?_action=create', { token, json: { name: 'made' } });
  if (status !== 200) throw new Error(`no log key: ${status} ${text}`);
  const { api_key_id: id, api_key_secret: secret } = body;
  return { id, secret, headers: { 'x-api-key': id, 'x-api-secret': secret } };
}

/** Exchanges a key under a name of the request. @throws when it is refused */
export async function exchangeNamed(service: RunningService, apikey: string, transactionId: string): Promise<Answer> {
  const answer = await service.exchange({ grant_type: 'apikey', apikey }, { 'Transaction-Id': transactionId });
  if (answer.status !== 200) throw new Error(`no token: ${answer.text}`);
  return answer;
}
