import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { resealStoredSecrets } from '../../../src/api-keys/rings.ts';
import { keyRingFromText, MASTER_KEY_RING } from '../../../src/secrets/key-ring.ts';
import { sealing } from '../../../src/secrets/sealing.ts';
import { asOwner, givenServiceId, storedKey } from '../../harness/given-credentials.ts';
import { expectIdentityRefusal } from '../../harness/identity-refusal.ts';
import { describeOnEveryBackend } from '../../harness/running-service.ts';

const ring = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const OLD = ring('old');

describeOnEveryBackend(
  'attack: ABA, a change that was read before the service itself changed the row',
  (service) => {
    it('given a stored value that is sealed anew, when the change comes after, then it is stale and the seal stays', async () => {
      const { iamId } = await givenServiceId(service());
      const json = { name: 'readable', iam_id: iamId, store_value: true };
      const { body: made } = await asOwner(service(), 'POST', '/v1/apikeys', { json });
      const rotated = sealing(keyRingFromText(MASTER_KEY_RING, `${ring('new')},${OLD}`));

      expect(await resealStoredSecrets(service().store, rotated)).toBe(1);
      const sealed = await storedKey(service(), made);
      const change = { json: { name: 'late' }, headers: { 'If-Match': made.entity_tag } };
      const late = await service().call('PUT', `/v1/apikeys/${made.id}`, {
        token: await service().ownerToken(),
        ...change,
      });

      expectIdentityRefusal(late, 409, 'conflict');
      expect(await storedKey(service(), made)).toEqual(sealed);
      expect(await resealStoredSecrets(service().store, rotated)).toBe(0);
    });
  },
  { settings: { LATCHKEY_MASTER_KEY: OLD } },
);
