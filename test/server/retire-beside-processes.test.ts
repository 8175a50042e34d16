import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readConfig } from '../../src/config/read-config.ts';
import { MASTER_KEY_RING } from '../../src/secrets/key-ring.ts';
import { beginNewRingKey } from '../../src/secrets/key-ring-file.ts';
import { openSecrets, requireSameSecrets } from '../../src/server/open-store.ts';
import { givenReadableKey } from '../harness/given-readable-key.ts';
import { freePort } from '../harness/servers/free-port.ts';
import { type ServiceProcess, serviceProcesses } from '../harness/service-process.ts';

const value = (): string => randomBytes(32).toString('base64');

describe('the commands that end a secret, beside processes that still use it', () => {
  const processes = serviceProcesses();
  afterAll(processes.removeAll);

  /** What such a process seals after the reseal, nobody could ever open again. */
  it('when the master key is retired twice without a restart, then nothing is ended, and no stored value is lost', async () => {
    const service = await processes.start();
    const { dataFolder } = service;
    const run = (...words: string[]) => processes.run(words, { dataFolder });
    await run('retire-master-key');

    const refused = await run('retire-master-key');

    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toMatch(/^The process \S+, started at \S+Z, still uses the master-key \w+, not \w+\.\n/);
    expect(refused.stdout).toContain('Start it again');
    const readable = await givenReadableKey(service);
    await service.stop();
    const ended = await run('retire-master-key');
    expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/ alone now$/m) });
    const again = await processes.start({ dataFolder });
    expect(await storedValueOf(again, readable.id)).toBe(readable.apikey);
    await again.stop();
  });

  it('when the pepper is retired twice without a restart, even by force, then nothing is ended', async () => {
    const service = await processes.start();
    const { dataFolder } = service;
    const run = (...words: string[]) => processes.run(words, { dataFolder });
    await run('retire-pepper');

    const refused = [await run('retire-pepper'), await run('retire-pepper', '--force')];

    expect(refused.map(({ exitCode }) => exitCode)).toEqual([1, 1]);
    expect(refused[1]?.stdout).toMatch(/ still uses the pepper \w+, not \w+\.\n/);
    const adminKey = await service.adminKey();
    await service.stop();
    const again = await processes.start({ dataFolder });
    await again.tokenOf(adminKey);
    await again.stop();
  });

  it('when a key under a pepper that was ended by force keeps a stored value, then that is sealed anew as well', async () => {
    const first = await processes.start();
    const { dataFolder } = first;
    const run = (...words: string[]) => processes.run(words, { dataFolder });
    const [readable, adminKey] = [await givenReadableKey(first), await first.adminKey()];
    await first.stop();
    await run('retire-pepper');
    const second = await processes.start({ dataFolder });
    await second.tokenOf(adminKey);
    await second.stop();
    await run('retire-pepper', '--force');
    await run('retire-master-key');

    const ended = await run('retire-master-key');

    expect(ended.stdout).toContain('stored API keys sealed anew: 1\n');
    const third = await processes.start({ dataFolder });
    expect(await storedValueOf(third, readable.id)).toBe(readable.apikey);
    await third.stop();
  });

  it('when a ring is changed while a process starts, then that process does not go on with the old one', async () => {
    const dataFolder = join(await processes.folder(), 'data');
    const config = readConfig({ LATCHKEY_DATA: dataFolder }, () => '');
    const secrets = await openSecrets(config);
    await requireSameSecrets(config, secrets);

    await beginNewRingKey(dataFolder, MASTER_KEY_RING);

    await expect(requireSameSecrets(config, secrets)).rejects.toThrow(/Start it again/);
  });
});

describe('a pepper ring that is given, changed one process after the other', () => {
  const processes = serviceProcesses();
  afterAll(processes.removeAll);

  it('when the new one is last everywhere, then first everywhere, then alone, then every key works everywhere all the time', async () => {
    const [old, fresh] = [`old:${value()}`, `new:${value()}`];
    const dataFolder = join(await processes.folder(), 'data');
    const common = { LATCHKEY_PUBLIC_URL: 'http://keys.test', LATCHKEY_MASTER_KEY: value() };
    const start = (pepper: string) => processes.start({ dataFolder, settings: { ...common, LATCHKEY_PEPPER: pepper } });
    const command = (pepper: string) =>
      processes.run(['retire-pepper'], { dataFolder, settings: { ...common, LATCHKEY_PEPPER: pepper } });
    let nodes = [await start(old), await start(old)];
    const adminKey = await nodes[0]?.adminKey();
    const restartEach = async (pepper: string): Promise<void> => {
      for (const position of [0, 1]) {
        await nodes[position]?.stop();
        nodes = nodes.with(position, await start(pepper));
        for (const node of nodes) await node.tokenOf(String(adminKey));
        // The one that was started first moves the key; the other must still find it.
        for (const node of nodes.toReversed()) await node.tokenOf(String(adminKey));
      }
    };
    expect((await command(old)).stdout).toMatch(
      /1\. put the new value last[\s\S]*2\. put it first[\s\S]*3\. take the old/,
    );
    expect(await command(`${old},${fresh}`)).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('does not know the pepper new'),
    });

    await restartEach(`${old},${fresh}`);
    expect(await command(`${old},${fresh}`)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('every process knows the whole ring'),
    });
    expect(await command(`${fresh},${old}`)).toMatchObject({ exitCode: 1 });
    await restartEach(`${fresh},${old}`);
    expect(await command(`${fresh},${old}`)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('Nothing needs old any more'),
    });
    await restartEach(fresh);

    await Promise.all(nodes.map((node) => node.stop()));
  }, 90_000);
});

describe('two processes of one store that call themselves by their own ports', () => {
  const processes = serviceProcesses();
  afterAll(processes.removeAll);

  /** A 200 that takes nothing back leaves a thief his token. */
  it('when one is asked to revoke a token of the other, then it is revoked there', async () => {
    const first = await processes.start({ settings: { LATCHKEY_PORT: String(await freePort()) } });
    const second = await processes.start({ dataFolder: first.dataFolder });
    const token = await first.tokenOf(await first.adminKey());

    const revoked = await second.call('POST', '/identity/revoke', { form: { token } });

    expect([revoked.status, revoked.text]).toEqual([200, '{}']);
    expect((await first.call('GET', '/identity/userinfo', { token })).status).toBe(401);
    await Promise.all([first.stop(), second.stop()]);
  });
});

async function storedValueOf(service: ServiceProcess, id: string): Promise<string> {
  const token = await service.tokenOf(await service.adminKey());
  return (await service.call('GET', `/v1/apikeys/${id}`, { token })).body.apikey;
}
