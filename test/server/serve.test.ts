import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConfig } from '../../src/config/read-config.ts';
import { NODES } from '../../src/nodes/node.ts';
import { serve } from '../../src/server/serve.ts';
import { newLogger } from '../../src/telemetry/logger.ts';
import { type RunningService, runningService } from '../harness/running-service.ts';
import { freePort } from '../harness/servers/free-port.ts';

const GUESSED = 'LATCHKEY_PUBLIC_URL is not set';

describe('serve', () => {
  let service: RunningService;
  const nodes = async () => (await service.store.read(NODES).page('byExpiry', { equals: [], limit: 10 })).rows;

  beforeAll(async () => {
    service = await runningService();
  });
  afterAll(() => service.dispose());

  it('when it serves, then it is on record, with the ids of what it knows and nothing of the secrets', async () => {
    const [node, ...others] = await nodes();

    expect(others).toEqual([]);
    expect(node?.version).toMatch(/^\d+\.\d+\.\d+/);
    expect([node?.pepperIds, node?.masterKeyIds]).toEqual([[expect.any(String)], [expect.any(String)]]);
    expect(Object.keys(node ?? {}).sort()).toEqual([
      ...['entityTag', 'expiresAt', 'hostName', 'id', 'masterKeyIds', 'pepperIds', 'pid'],
      ...['seenAt', 'startedAt', 'version'],
    ]);
  });

  it('when another one beside it stops, then that one is off the record', async () => {
    const other = await runningService({ dataFolder: service.dataFolder });
    expect(await nodes()).toHaveLength(2);

    await other.dispose();

    expect(await nodes()).toHaveLength(1);
  });

  it('when the assembly fails, then neither its port nor its record is left', async () => {
    const port = await freePort();
    const config = readConfig(
      {
        LATCHKEY_DATA: service.dataFolder,
        LATCHKEY_MASTER_KEY: randomBytes(32).toString('base64'),
        LATCHKEY_PORT: String(port),
        LATCHKEY_OPERATIONS_PORT: '0',
      },
      () => '',
    );

    await expect(serve({ config, logger: newLogger({ level: 'silent' }) })).rejects.toThrow(/not in the ring/);

    await expect(fetch(`http://127.0.0.1:${port}/identity/keys`)).rejects.toThrow();
    expect(await nodes()).toHaveLength(1);
  });

  it('when it listens for other machines and was not told its address, then it warns, and on loopback it does not', async () => {
    const [open, told] = [
      await runningService({ settings: { LATCHKEY_HOST: '0.0.0.0' } }),
      await runningService({ settings: { LATCHKEY_HOST: '0.0.0.0', LATCHKEY_PUBLIC_URL: 'https://keys.test' } }),
    ];

    expect(open.log.filter((line) => line.includes(GUESSED))).toEqual([
      expect.stringContaining(`"issuer":"${open.publicUrl}/identity"`),
    ]);
    for (const { log } of [told, service]) expect(log.filter((line) => line.includes(GUESSED))).toEqual([]);
    await Promise.all([open.dispose(), told.dispose()]);
  });
});
