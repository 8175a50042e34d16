import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import type { Caller } from '../../src/access/caller.ts';
import { ACCOUNTS } from '../../src/accounts/account.ts';
import { KEY_KIND_NAMES, type KeyKindName } from '../../src/api-keys/key-kinds.ts';
import { publicKeysOf } from '../../src/service-accounts/public-keys.ts';
import { changeEntity } from '../../src/store/change-entity.ts';
import type { TenantKeyKind } from '../../src/tenant-keys/tenant-keys.ts';
import { type GivenInstance, givenLogInstance } from './given-log-instance.ts';
import type { OtherAccount } from './given-other-account.ts';
import type { RunningService } from './running-service.ts';

/** A key of one kind, and its value. */
export interface KeyOfKind {
  readonly id: string;
  readonly secret: string;
}

/** One key of every kind, of one account, and the instance to which those of instances belong. */
export interface KeysOfEveryKind {
  readonly keys: Readonly<Record<KeyKindName, KeyOfKind>>;
  readonly instance: GivenInstance;
}

/** Makes a key of every kind, all as the owner of an account, each by the room that owns it. */
export async function givenEveryKind(service: RunningService, account: OtherAccount): Promise<KeysOfEveryKind> {
  await allowChosenValues(service, account.accountId);
  const instance = await givenLogInstance(service, account, { of: 'logs' });
  const keys: Partial<Record<KeyKindName, KeyOfKind>> = {};
  for (const kind of KEY_KIND_NAMES) keys[kind] = await givenKeyOfKind(service, { account, instance, kind });
  // Safe: the loop has made one of each.
  return { keys: keys as Readonly<Record<KeyKindName, KeyOfKind>>, instance };
}

/** What a key is made of. */
export interface GivenOfKind {
  readonly account: OtherAccount;
  readonly instance: GivenInstance;
  readonly kind: KeyKindName;
}

/** Makes one key of a kind. */
export async function givenKeyOfKind(
  service: RunningService,
  { account, instance, kind }: GivenOfKind,
): Promise<KeyOfKind> {
  const made = async (path: string, json: object): Promise<KeyOfKind> => {
    const answer = await service.call('POST', path, { token: await account.ownerToken(), json });
    if (answer.status !== 201) throw new Error(`no key of kind ${kind}: ${answer.status} ${answer.text}`);
    return { id: answer.body.id, secret: answer.body.apikey ?? answer.body.key ?? answer.body.reference_id };
  };
  switch (kind) {
    case 'platform':
      return made('/v1/apikeys', { name: 'platform', iam_id: account.ownerIamId });
    case 'chosen': {
      const apikey = `brought-along.${randomBytes(16).toString('hex')}`;
      return made('/v1/apikeys', { name: 'chosen', iam_id: account.ownerIamId, apikey });
    }
    case 'ingestion':
      return made('/latchkey/v1/ingestion_keys', { name: 'ingestion', instance: instance.guid });
    case 'ingestion_service':
      return made('/latchkey/v1/ingestion_keys', {
        name: 'ingestion_service',
        instance: instance.guid,
        type: 'service',
      });
    case 'public_key':
      return serviceAccountKey(service, account);
    case 'on_behalf': {
      // Such a key is called as its group, until it has a description.
      const groups = '/latchkey/v1/ivanti/key_groups';
      const known = await service.call('GET', groups, { token: await account.ownerToken() });
      const { id } = known.body.key_groups[0] ?? (await made(groups, { name: kind }));
      const key = await made(`${groups}/${id}/keys`, {});
      return { ...key, id: `ApiKey-${key.id}` };
    }
    default:
      return tenantKey(service, account, kind);
  }
}

async function serviceAccountKey(service: RunningService, account: OtherAccount): Promise<KeyOfKind> {
  const { serviceAccounts } = await service.domains.logIns();
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const secret = JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] });
  const chosen = { name: 'public_key', description: '', active: true, scopes: [], keys: publicKeysOf(secret) };
  const { apiKey } = await serviceAccounts.create(callerOf(account), chosen);
  return { id: apiKey.id, secret };
}

async function tenantKey(service: RunningService, account: OtherAccount, kind: TenantKeyKind): Promise<KeyOfKind> {
  const { tenantKeys } = await service.domains.tenants();
  const { apiKey, secret } = await tenantKeys.create(callerOf(account), { kind, name: kind });
  return { id: apiKey.id, secret };
}

/** @returns the owner of an account, as domains are asked by it */
export const callerOf = ({ accountId, ownerIamId, ownerKeyId }: OtherAccount): Caller => ({
  ...{ iamId: ownerIamId, accountId, apiKeyId: ownerKeyId },
  ...{ address: '127.0.0.1', requestId: randomUUID(), transactionId: randomUUID() },
});

async function allowChosenValues({ store }: RunningService, accountId: string): Promise<void> {
  await changeEntity({
    ...{ store, collection: ACCOUNTS, ifMatch: '*', also: () => [] },
    async read() {
      const account = await store.read(ACCOUNTS).get(accountId);
      if (account === undefined) throw new Error(`there is no account ${accountId}`);
      return account;
    },
    next: ({ settings }) => ({ settings: { ...settings, chosenApiKeyValues: true } }),
  });
}
