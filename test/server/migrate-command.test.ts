import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { BACKENDS, settingsOf } from '../harness/backends.ts';
import { describeOn } from '../harness/describe-on.ts';
import { serviceProcesses } from '../harness/service-process.ts';

const processes = serviceProcesses();
afterAll(processes.removeAll);

describe.each(BACKENDS)('migrate [%s]', (backend) => {
  it('when it is run dry, then nothing changes; when it is run, then it is done once, and the service starts', async () => {
    const settings = { ...settingsOf(backend), LATCHKEY_BOOTSTRAP: 'off' };
    const dataFolder = join(await processes.folder(), 'data');
    const run = (...words: string[]) => processes.run(words, { settings, dataFolder });

    const dry = await run('migrate', '--dry-run');
    expect(await readdir(dataFolder).catch(() => [])).toEqual([]);
    const first = await run('migrate');
    const second = await run('migrate');

    expect([dry.exitCode, first.exitCode, second.exitCode]).toEqual([0, 0, 0]);
    expect(dry.stdout).toMatch(/^would migrate: .*api_keys/m);
    expect(first.stdout).toBe(dry.stdout.replaceAll('would migrate', 'migrated'));
    expect(second.stdout).toBe('the store is up to date\n');
    expect(await run('bootstrap')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('made now') });
    const service = await processes.start({ settings, dataFolder });
    await service.tokenOf(await service.adminKey());
    await service.kill();
  });
});

describeOn('mongo-redis', 'given a MongoDB that was never prepared', () => {
  it('when the service is started, then it refuses and names the command', async () => {
    const settings = { ...settingsOf('mongo-redis'), LATCHKEY_BOOTSTRAP: 'off' };

    const { exitCode, stderr, stdout } = await processes.begin({ settings, dataFolder: await processes.folder() })
      .ended;

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^MigrationsPending: .*Run: node src\/main\.ts migrate\n$/);
  });

  it('when it is bootstrapped by command, then it is prepared, has one admin key, and serves', async () => {
    const settings = { ...settingsOf('mongo-redis'), LATCHKEY_BOOTSTRAP: 'off' };
    const dataFolder = join(await processes.folder(), 'data');

    const first = await processes.run(['bootstrap'], { settings, dataFolder });
    const service = await processes.start({ settings, dataFolder });

    expect(first).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^migrated: [\s\S]*made now/) });
    expect(first.stdout).not.toContain(await service.adminKey());
    await service.tokenOf(await service.adminKey());
    expect(await service.stop()).toMatchObject({ exitCode: 0 });
  });
});
