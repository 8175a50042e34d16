import { asOwner } from './given-credentials.ts';
import type { RunningService } from './running-service.ts';

/** A log instance of the first account, and its own ingestion key. */
export interface GivenIngestionKey {
  readonly instanceId: string;
  readonly keyId: string;
  readonly key: string;
}

/** The plans of the services that take lines, one each, that keep nothing after a deletion. */
const PLANS = {
  logdna: '9c6f2f5d-7a5b-4f4e-9f3d-51a0e2c4d8b6',
  logdnaat: '7b0e3c94-1de2-4f0a-b6c8-90e5f2a7d314',
  logs: '0c1f9a3e-58f1-4d40-a6a5-8b6f7a3f2f41',
} as const;

/** Provisions a log instance as the account's owner. @returns it, with the key that it has from the start */
export async function givenIngestionKey(
  service: RunningService,
  kind: keyof typeof PLANS = 'logdna',
): Promise<GivenIngestionKey> {
  const groups = await asOwner(service, 'GET', '/v2/resource_groups?default=true');
  const made = await asOwner(service, 'POST', '/v2/resource_instances', {
    json: {
      name: 'our lines',
      target: 'us-south',
      resource_group: groups.body.resources[0].id,
      resource_plan_id: PLANS[kind],
    },
  });
  const instanceId: string = made.body.guid;
  const listed = await asOwner(service, 'GET', `/latchkey/v1/ingestion_keys?instance=${instanceId}`);
  const [first] = listed.body.ingestion_keys.filter(({ type }: { type: string }) => type === 'ingestion');
  return { instanceId, keyId: first.id, key: first.key };
}

/** Takes an ingestion key away. */
export async function takenAway(service: RunningService, keyId: string): Promise<void> {
  await asOwner(service, 'DELETE', `/latchkey/v1/ingestion_keys/${keyId}`);
}

/** A line as it is kept. */
export type KeptLine = Readonly<Record<string, unknown>>;

/** @returns the lines that are kept of an instance, in the order in which they came */
export async function keptLines(service: RunningService, instanceId: string): Promise<readonly KeptLine[]> {
  const { spool } = service.domains;
  const { batches } = await spool.read(instanceId, { lines: 10_000 });
  return batches.flatMap(({ lines }) => lines.map((line): KeptLine => JSON.parse(line)));
}
