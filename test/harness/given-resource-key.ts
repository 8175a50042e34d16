import { RESOURCE_INSTANCES, type ResourceInstance } from '../../src/resource-instances/resource-instance.ts';
import { changeEntity } from '../../src/store/change-entity.ts';
import { insert } from '../../src/store/changes.ts';
import { firstAccountId } from './given-credentials.ts';
import { newInstance } from './given-instance.ts';
import type { Answer } from './http-call.ts';
import type { RunningService } from './running-service.ts';

/** What the body of a new resource key may say. */
export interface SentKey {
  readonly name?: string;
  readonly role?: string | null;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Default: the account's owner. */
  readonly token?: string;
}

/** Asks for a resource key to an instance. */
export async function askForKey(
  service: RunningService,
  { id: source }: Pick<ResourceInstance, 'id'>,
  { token, ...sent }: SentKey = {},
): Promise<Answer> {
  const json = { name: 'a key', source, ...sent };
  return service.call('POST', '/v2/resource_keys', { token: token ?? (await service.ownerToken()), json });
}

/** Makes a resource key to an instance, as the account's owner. @throws when it is refused */
export async function givenResourceKey(
  service: RunningService,
  instance: Pick<ResourceInstance, 'id'>,
  sent: SentKey = {},
) {
  const { status, body, text } = await askForKey(service, instance, sent);
  if (status !== 201) throw new Error(`no resource key: ${status} ${text}`);
  return body;
}

/** Puts an instance of a service into the first account. */
export async function givenStoredInstance(
  service: RunningService,
  chosen: Partial<ResourceInstance> = {},
): Promise<ResourceInstance> {
  const instance = newInstance({ accountId: await firstAccountId(service), ...chosen });
  await service.store.commit([insert(RESOURCE_INSTANCES, instance)]);
  return instance;
}

/** Changes an instance past every check. */
export async function changeInstance(
  { store }: RunningService,
  { id }: Pick<ResourceInstance, 'id'>,
  change: Partial<ResourceInstance>,
): Promise<void> {
  await changeEntity({
    store,
    collection: RESOURCE_INSTANCES,
    async read() {
      const instance = await store.read(RESOURCE_INSTANCES).get(id);
      if (instance === undefined) throw new Error(`there is no instance ${id}`);
      return instance;
    },
    ifMatch: '*',
    next: () => change,
    also: () => [],
  });
}
