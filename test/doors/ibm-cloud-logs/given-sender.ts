import { once } from 'node:events';
import { WebSocket } from 'ws';
import { asOwner, firstAccountId, type GivenServiceId, givenServiceId } from '../../harness/given-credentials.ts';
import { v1Policy } from '../../harness/given-policies.ts';
import type { RunningService } from '../../harness/running-service.ts';

/** Plans that keep nothing after a deletion. */
const PLANS = {
  logs: '0c1f9a3e-58f1-4d40-a6a5-8b6f7a3f2f41',
  logdna: '9c6f2f5d-7a5b-4f4e-9f3d-51a0e2c4d8b6',
} as const;

/** An entry that says what it must. */
export const ENTRY = { applicationName: 'shop', subsystemName: 'cart', severity: 3, text: 'hello' };

/** Provisions a log instance. @param token default: of the owner of the first account @returns its GUID */
export async function givenInstance(
  service: RunningService,
  kind: keyof typeof PLANS = 'logs',
  token?: string,
): Promise<string> {
  const as = { token: token ?? (await service.ownerToken()) };
  const groups = await asOwner(service, 'GET', '/v2/resource_groups?default=true', as);
  const json = { name: 'our lines', target: 'us-south', resource_group: groups.body.resources[0].id };
  const plan = { resource_plan_id: PLANS[kind] };
  return (await asOwner(service, 'POST', '/v2/resource_instances', { ...as, json: { ...json, ...plan } })).body.guid;
}

/** Deletes it. */
export async function deleted(service: RunningService, guid: string): Promise<void> {
  await asOwner(service, 'DELETE', `/v2/resource_instances/${guid}?recursive=true`);
}

/** Who may send, and by which policy. */
export interface GivenSender extends GivenServiceId {
  readonly policyId: string;
}

/** Makes a service ID with a key and the role Sender. @param guid of one instance; absent: of all in the account */
export async function givenSender(service: RunningService, guid?: string): Promise<GivenSender> {
  const serviceId = await givenServiceId(service);
  return { ...serviceId, policyId: await sendingAllowed(service, serviceId.iamId, guid) };
}

/** Gives an identity of the first account the role Sender. @returns the policy's id */
export async function sendingAllowed(service: RunningService, iamId: string, guid?: string): Promise<string> {
  const accountId = await firstAccountId(service);
  const json = v1Policy({ accountId, iamId, ...(guid !== undefined && { instance: guid }) });
  return (await asOwner(service, 'POST', '/v1/policies', { json })).body.id;
}

/** Takes the role away. */
export async function sendingForbidden(service: RunningService, { policyId }: GivenSender): Promise<void> {
  await asOwner(service, 'DELETE', `/v1/policies/${policyId}`);
}

/** A line as it is kept. */
export type KeptLine = Readonly<Record<string, unknown>>;

/** @returns the lines that are kept of an instance, in the order in which they came */
export async function keptLines(service: RunningService, guid: string): Promise<readonly KeptLine[]> {
  const { batches } = await service.domains.spool.read(guid, { lines: 10_000 });
  return batches.flatMap(({ lines }) => lines.map((line): KeptLine => JSON.parse(line)));
}

/** A client that is connected, or was refused. */
export interface Stream {
  readonly client: WebSocket;
  /** Every message that came, as JSON. */
  readonly messages: readonly unknown[];
  /** Resolves with the code and reason of the end. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  /** Resolves when so many messages have come. */
  received(messages: number): Promise<readonly unknown[]>;
  send(frame: unknown): void;
}

/** What a client may choose. */
export interface StreamOptions {
  readonly authorization: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly ca?: string;
}

/** Connects a plain client. @throws an error that names the status when it is refused */
export async function streaming(url: string, guid: string, options: StreamOptions): Promise<Stream> {
  const { authorization, path = `/instances/${guid}/logs/v1/stream`, headers, ca } = options;
  const client = new WebSocket(`${url.replace('http', 'ws')}${path}`, ['logs.v1'], {
    headers: { Authorization: authorization, ...headers },
    ...(ca !== undefined && { ca, checkServerIdentity: () => undefined }),
  });
  const messages: unknown[] = [];
  client.on('message', (message) => messages.push(JSON.parse(String(message))));
  const closed = once(client, 'close').then(([code, reason]) => ({ code, reason: String(reason) }));
  closed.catch(() => {});
  await once(client, 'open');
  return {
    ...{ client, messages, closed },
    async received(count) {
      while (messages.length < count) await once(client, 'message');
      return messages;
    },
    send: (frame) => client.send(JSON.stringify(frame)),
  };
}
