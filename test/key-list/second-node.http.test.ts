import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { KEY_KIND_NAMES, KEY_KINDS, type KeyKindName } from '../../src/api-keys/key-kinds.ts';
import { Problem } from '../../src/problems/problem.ts';
import { BACKENDS } from '../harness/backends.ts';
import { givenEveryKind, type KeysOfEveryKind } from '../harness/given-every-kind.ts';
import { givenOtherAccount, type OtherAccount } from '../harness/given-other-account.ts';
import { givenTwoServices } from '../harness/two-services.ts';
import { withinASecond } from '../harness/within-a-second.ts';

describe.each(BACKENDS)('what is done with a key on one node, as another sees it [%s]', (backend) => {
  const services = givenTwoServices(backend);
  let account: OtherAccount;
  let given: KeysOfEveryKind;

  beforeAll(async () => {
    account = await givenOtherAccount(services().first);
    given = await givenEveryKind(services().first, account);
  });

  /** What comes of the key at the second node: `taken`, or why not. */
  async function tried(kind: KeyKindName): Promise<string> {
    const { second } = services();
    const { secret } = given.keys[kind];
    if (KEY_KINDS[kind].of === 'identity') {
      const { status, body } = await second.exchange({ grant_type: 'apikey', apikey: secret });
      return status === 200 ? 'taken' : body.errorCode;
    }
    if (KEY_KINDS[kind].of === 'instance') {
      const header = kind === 'ingestion' ? 'apikey' : 'servicekey';
      const sent = { headers: { [header]: secret } };
      const { status } =
        kind === 'ingestion'
          ? await second.call('POST', '/logs/ingest?hostname=one', { ...sent, json: { lines: [{ line: 'a line' }] } })
          : await second.call('GET', '/v1/config/keys', sent);
      return status === 200 ? 'taken' : String(status);
    }
    const { proveKey } = await second.domains.tenants();
    const origin = { address: '127.0.0.1', requestId: randomUUID(), transactionId: randomUUID() };
    return proveKey(secret, kind, origin).then(
      () => 'taken',
      (problem: unknown) => (problem instanceof Problem ? problem.code : String(problem)),
    );
  }
  const REFUSED = { identity: 'BXNIM0462E', instance: '403', tenant: 'api_key_disabled' } as const;
  const GONE = { identity: 'BXNIM0415E', instance: '403', tenant: 'api_key_unknown' } as const;

  it.each(KEY_KIND_NAMES.filter((kind) => kind !== 'public_key'))(
    'when a key of kind %s is disabled, enabled and deleted there, then it is so here within a second each',
    async (kind) => {
      const { of } = KEY_KINDS[kind];
      const token = await account.ownerToken();
      const path = `/latchkey/v1/apikeys/${given.keys[kind].id}`;
      const { first } = services();
      expect(await withinASecond(() => tried(kind), 'taken')).toBe('taken');

      expect((await first.call('POST', `${path}/disable`, { token })).status).toBe(200);
      expect(await withinASecond(() => tried(kind), REFUSED[of])).toBe(REFUSED[of]);
      expect((await first.call('POST', `${path}/enable`, { token })).status).toBe(200);
      expect(await withinASecond(() => tried(kind), 'taken')).toBe('taken');
      expect((await first.call('DELETE', path, { token })).status).toBe(204);
      expect(await withinASecond(() => tried(kind), GONE[of])).toBe(GONE[of]);
    },
  );
});
