import { beforeAll, describe, expect, it } from '@jest/globals';
import { BACKENDS } from '../harness/backends.ts';
import { asOwner, givenUser } from '../harness/given-credentials.ts';
import type { RunningService } from '../harness/running-service.ts';
import { BELIEVED, believedWays, REFUSED, signedIn } from '../harness/signed-in.ts';
import { givenTwoServices } from '../harness/two-services.ts';
import { withinASecond } from '../harness/within-a-second.ts';

describe.each(BACKENDS)('two processes on one store [%s]', (backend) => {
  let first: RunningService;
  let second: RunningService;
  const services = givenTwoServices(backend);
  beforeAll(() => {
    ({ first, second } = services());
  });

  it('given tokens in use at the second, when the first signs them out at any level, then the second refuses them within a second, and new ones are good', async () => {
    const { iamId, key } = await givenUser(first);
    const { accountId, id, secret } = key;
    for (const path of [
      `apikeys/${id}`,
      `users/${iamId}`,
      `accounts/${accountId}/users/${iamId}`,
      `accounts/${accountId}`,
      'installation',
    ]) {
      const before = await signedIn(second, secret);
      expect(await believedWays(second, before)).toEqual(BELIEVED);

      await asOwner(first, 'POST', `/latchkey/v1/${path}/sign_out`);

      const refused = await withinASecond(() => believedWays(second, before), REFUSED);
      expect({ path, ...refused }).toEqual({ path, ...REFUSED });
      const renewed = await withinASecond(async () => believedWays(second, await signedIn(second, secret)), BELIEVED);
      expect({ path, ...renewed }).toEqual({ path, ...BELIEVED });
    }
  });
});
