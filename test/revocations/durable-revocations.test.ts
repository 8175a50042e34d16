import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { BACKENDS, settingsOf } from '../harness/backends.ts';
import { givenServiceId } from '../harness/given-credentials.ts';
import { runningService } from '../harness/running-service.ts';
import { freePort } from '../harness/servers/free-port.ts';

/** An acknowledged revocation must outlive the process that acknowledged it. */
describe.each(BACKENDS)('revocations and a restart [%s]', (backend) => {
  it('given revoked tokens and keys, when the service is started anew, then they are still refused and others are not', async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'latchkey-restart-'));
    // The port is in the issuer, and a token holds only under the issuer that it names.
    const settings = { ...settingsOf(backend), LATCHKEY_PORT: String(await freePort()) };
    const first = await runningService({ backend, settings, dataFolder });
    const { key } = await givenServiceId(first);
    const [revoked, good, ofRevokedKey] = [
      await first.ownerToken(),
      await first.ownerToken(),
      await first.tokenOf(key.secret),
    ];
    await first.call('POST', '/identity/revoke', { form: { token: revoked } });
    await first.call('POST', '/identity/revoke', { form: { apikey: key.secret } });
    await first.dispose();

    const second = await runningService({ backend, settings, dataFolder });

    const statuses = await Promise.all(
      [revoked, ofRevokedKey, good].map(
        async (token) => (await second.call('GET', '/identity/userinfo', { token })).status,
      ),
    );
    const exchanged = await second.exchange({ grant_type: 'apikey', apikey: key.secret });
    await second.dispose();
    await rm(dataFolder, { recursive: true });
    expect(statuses).toEqual([401, 401, 200]);
    expect(exchanged.body.errorCode).toBe('BXNIM0462E');
  });
});
