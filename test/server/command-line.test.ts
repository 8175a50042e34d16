import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { SETTING_LIST } from '../../src/config/settings.ts';
import { caller } from '../harness/http-call.ts';
import { freePort } from '../harness/servers/free-port.ts';
import { serviceProcesses } from '../harness/service-process.ts';

const secret = (): string => randomBytes(32).toString('base64');

describe('the command line', () => {
  const processes = serviceProcesses();
  afterAll(processes.removeAll);
  it('when help is asked for, then it lists every command and every setting, and ends with 0', async () => {
    const { exitCode, stdout } = await processes.run(['--help']);

    expect(exitCode).toBe(0);
    for (const { name } of SETTING_LIST) expect(stdout).toContain(`\n  ${name} (default: `);
    for (const command of ['serve', 'bootstrap', 'rotate-signing-key', 'clear-allowed-addresses', 'retire-pepper']) {
      expect(stdout).toContain(`\n  ${command} `);
    }
  });

  it('when several settings are wrong, then all are told at once, no secret among them, and it ends with 2', async () => {
    const settings = {
      LATCHKEY_PROT: '8080',
      LATCHKEY_PORT: 'eighty',
      LATCHKEY_PEPPER: 'c2hvcnQ=',
      LATCHKEY_LOG_LEVEL: '',
      LATCHKEY_MASTER_KEY_FILE: '/nowhere/key',
    };

    const { exitCode, stderr, stdout } = await processes.run(['serve'], { settings });

    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain("'LATCHKEY_PROT' is no setting; did you mean LATCHKEY_PORT?");
    expect(stderr).toContain("LATCHKEY_PORT must be an integer from 0 to 65535, not 'eighty'.");
    expect(stderr).toMatch(/LATCHKEY_PEPPER .*32/);
    expect(stderr).toContain('LATCHKEY_LOG_LEVEL is empty');
    expect(stderr).toContain('LATCHKEY_MASTER_KEY_FILE: the file cannot be read (ENOENT).');
    expect(stderr).not.toContain('c2hvcnQ');
    expect(stderr).toContain('--help');
  });

  it('when MongoDB is chosen without its addresses and secrets, then it says each that is missing and does not start', async () => {
    const { exitCode, stderr } = await processes.run(['serve'], { settings: { LATCHKEY_STORE: 'mongo-redis' } });

    expect(exitCode).toBe(2);
    for (const name of ['MONGO_URL', 'REDIS_URL', 'PEPPER', 'MASTER_KEY', 'PUBLIC_URL'])
      expect(stderr).toContain(`LATCHKEY_${name}`);
  });

  it('when a command is unknown, then it says so and does not start the service', async () => {
    const { exitCode, stderr } = await processes.run(['sevre']);

    expect(exitCode).toBe(2);
    expect(stderr).toContain("there is no command 'sevre'");
  });

  it('when secrets are given as files, then they are used, and none is made in the data folder', async () => {
    const folder = await processes.folder();
    const [pepperFile, masterKeyFile] = [join(folder, 'pepper.txt'), join(folder, 'master.txt')];
    await writeFile(pepperFile, `${secret()}\n`);
    await writeFile(masterKeyFile, `${secret()}\n`);
    const settings = { LATCHKEY_PEPPER_FILE: pepperFile, LATCHKEY_MASTER_KEY_FILE: masterKeyFile };
    const service = await processes.start({ settings });
    const apikey = await service.adminKey();
    await service.tokenOf(apikey);
    await service.kill();

    // The same secrets by value: the key works, because it is the same pepper.
    const again = await processes.start({
      dataFolder: service.dataFolder,
      settings: {
        LATCHKEY_PEPPER: (await readFile(pepperFile, 'utf8')).trim(),
        LATCHKEY_MASTER_KEY: (await readFile(masterKeyFile, 'utf8')).trim(),
      },
    });

    await again.tokenOf(apikey);
    expect(await readdir(service.dataFolder)).not.toContain('pepper');
    await again.kill();
  });
});

describe('a start that fails', () => {
  const processes = serviceProcesses();
  afterAll(processes.removeAll);

  describe.each(['LATCHKEY_PORT', 'LATCHKEY_OPERATIONS_PORT'])('given another process on %s', (name) => {
    /** Half a service would hold its port and answer 503 for ever, and no supervisor would start it again. */
    it('when it is started, then it ends with 1 and one sentence, and holds nothing', async () => {
      const other = createServer();
      const port = await new Promise<number>((resolve) => {
        other.listen(0, '127.0.0.1', () => {
          const address = other.address();
          resolve(typeof address === 'object' && address !== null ? address.port : 0);
        });
      });

      const ended = await processes.begin({
        dataFolder: join(await processes.folder(), 'data'),
        settings: { [name]: String(port) },
      }).ended;
      other.close();

      expect(ended).toMatchObject({ exitCode: 1, stdout: expect.not.stringContaining('http://') });
      expect(ended.stderr).toBe(
        `Another process listens on 127.0.0.1:${port}; give LATCHKEY_PORT or LATCHKEY_OPERATIONS_PORT another number, or 0.\n`,
      );
    });
  });

  it('when the pepper of an installation is lost, then it says which file to restore, and makes no new one', async () => {
    const service = await processes.start();
    await service.stop();
    await rm(join(service.dataFolder, 'pepper'));

    const { exitCode, stderr } = await processes.begin({ dataFolder: service.dataFolder }).ended;

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/pepper is missing, but the store needs it; restore it from a backup\n$/);
    expect(stderr.split('\n')).toHaveLength(2);
  });

  it('when the master key is another, then the assembly fails after the port was opened, and nothing is left of it', async () => {
    const service = await processes.start();
    await service.stop();
    const port = await freePort();

    const begun = processes.begin({
      dataFolder: service.dataFolder,
      settings: { LATCHKEY_MASTER_KEY: secret(), LATCHKEY_PORT: String(port), LATCHKEY_LOG_LEVEL: 'silent' },
    });
    const { exitCode, stderr, milliseconds } = await begun.ended;

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^SealBroken: .*is not in the ring\n$/);
    expect(milliseconds).toBeLessThan(10_000);
    await expect(caller(`http://127.0.0.1:${port}`)('GET', '/identity/keys')).rejects.toThrow();
  });

  it('when MongoDB cannot be reached, then it says so in a few seconds and ends with 1', async () => {
    const port = await freePort();
    const settings = {
      LATCHKEY_STORE: 'mongo-redis',
      LATCHKEY_MONGO_URL: `mongodb://user:hidden-password@127.0.0.1:${port}/?replicaSet=rs0`,
      LATCHKEY_REDIS_URL: `redis://127.0.0.1:${port}`,
      LATCHKEY_PEPPER: secret(),
      LATCHKEY_MASTER_KEY: secret(),
      LATCHKEY_PUBLIC_URL: 'http://keys.test',
    };

    const ended = await processes.begin({ dataFolder: await processes.folder(), settings }).ended;

    expect(ended).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ended.stderr).toMatch(/^StoreUnavailable: .*MongoDB.*\n$/);
    expect(ended.stderr).not.toContain('hidden-password');
    expect(ended.milliseconds).toBeLessThan(15_000);
  });
});
