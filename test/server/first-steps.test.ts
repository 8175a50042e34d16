import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { describeOn } from '../harness/describe-on.ts';
import { freePort } from '../harness/servers/free-port.ts';
import { startMongod } from '../harness/servers/mongod-process.ts';
import type { ServerProcess } from '../harness/servers/server-process.ts';
import { serverAddresses } from '../harness/servers/test-addresses.ts';
import { serviceProcesses } from '../harness/service-process.ts';

const processes = serviceProcesses();
afterAll(processes.removeAll);

describe('make-secrets', () => {
  it('when several run at once, and again, then there is one pepper and one master key, for their owner alone', async () => {
    const folder = join(await processes.folder(), 'secrets');
    // Settings that are not complete before the files are there must not be in the way.
    const settings = { LATCHKEY_STORE: 'mongo-redis', LATCHKEY_PEPPER_FILE: join(folder, 'pepper') };
    const make = () => processes.run(['make-secrets', folder], { settings });

    const ended = [...(await Promise.all([make(), make(), make()])), await make()];

    expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    expect(new Set(ended.map(({ stdout }) => stdout)).size).toBe(1);
    expect((await readdir(folder)).sort()).toEqual(['master-key', 'pepper']);
    for (const name of ['master-key', 'pepper']) {
      const [secret] = (await readFile(join(folder, name), 'utf8')).trim().split(':').slice(1);
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
      expect(ended.map(({ stdout, stderr }) => stdout + stderr).join('')).not.toContain(secret);
    }
  });
});

describe('bootstrap --initiate-replica-set', () => {
  it('when the store is embedded, then it ends with 2 and says which store has a replica set', async () => {
    const { exitCode, stderr } = await processes.run(['bootstrap', '--initiate-replica-set']);

    expect(exitCode).toBe(2);
    expect(stderr).toContain('--initiate-replica-set needs LATCHKEY_STORE=mongo-redis');
  });
});

describeOn('mongo-redis', 'bootstrap --initiate-replica-set [mongo-redis]', () => {
  const servers: ServerProcess[] = [];
  const keep = (server: ServerProcess): ServerProcess => {
    servers.push(server);
    return server;
  };
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.remove())));

  let secrets: string;
  beforeAll(async () => {
    secrets = join(await processes.folder(), 'secrets');
    await processes.run(['make-secrets', secrets]);
  });

  const settingsFor = (members: readonly string[], set: string) => ({
    LATCHKEY_STORE: 'mongo-redis',
    LATCHKEY_PUBLIC_URL: 'http://keys.test',
    LATCHKEY_PEPPER_FILE: join(secrets, 'pepper'),
    LATCHKEY_MASTER_KEY_FILE: join(secrets, 'master-key'),
    LATCHKEY_MONGO_URL: `mongodb://${members.join(',')}/latchkey_${randomBytes(6).toString('hex')}?${set}`,
    LATCHKEY_REDIS_URL: serverAddresses().redisUrl,
  });
  const hostOf = ({ port }: ServerProcess): string => `127.0.0.1:${port}`;
  const bootstrapped = async (settings: Record<string, string>) =>
    processes.run(['bootstrap', '--initiate-replica-set'], { settings, dataFolder: await processes.folder() });

  it('when several run at once on three members of no set, then one makes the set and one the key, and it serves', async () => {
    const waiting = () => startMongod({ replicaSet: 'waiting' }).then(keep);
    const members = await Promise.all([waiting(), waiting(), waiting()]);
    const settings = settingsFor(members.map(hostOf), 'replicaSet=rs0');
    const dataFolder = await processes.folder();
    const run = () => processes.run(['bootstrap', '--initiate-replica-set'], { settings, dataFolder });

    const ended = await Promise.all([run(), run()]);
    const again = await run();

    expect(ended.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
      ended.map(() => ({ exitCode: 0, stderr: '' })),
    );
    const lines = ended.flatMap(({ stdout }) => stdout.split('\n'));
    expect(lines.filter((line) => line === 'replica set rs0: initiated now')).toHaveLength(1);
    expect(lines.filter((line) => line.endsWith(': made now'))).toHaveLength(1);
    expect(again.stdout).toMatch(/^replica set rs0: was there already\ninstallation [\w-]+: was there already\n$/);
    const service = await processes.start({ settings, dataFolder });
    await service.tokenOf(await service.adminKey());
    await service.kill();
  });

  it('when MongoDB starts after it, as containers may, then it waits for it', async () => {
    const port = await freePort();

    const running = bootstrapped(settingsFor([`127.0.0.1:${port}`], 'replicaSet=rs0'));
    keep(await startMongod({ port, replicaSet: 'waiting' }));

    expect(await running).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^replica set rs0: initiated now$/m),
    });
  });

  it('when MongoDB is of another set, of none, or unnamed, then it ends with 1 and says so, and changes nothing', async () => {
    const [initiated, alone] = await Promise.all([
      startMongod().then(keep),
      startMongod({ replicaSet: 'none' }).then(keep),
    ]);

    const other = await bootstrapped(settingsFor([hostOf(initiated)], 'replicaSet=rs1'));
    const none = await bootstrapped(settingsFor([hostOf(alone)], 'replicaSet=rs0'));
    const unnamed = await bootstrapped(settingsFor([hostOf(initiated)], ''));

    expect([other, none, unnamed].map(({ exitCode, stdout }) => ({ exitCode, stdout }))).toEqual(
      Array.from({ length: 3 }, () => ({ exitCode: 1, stdout: '' })),
    );
    expect(other.stderr).toBe(
      "ReplicaSetNotInitiated: The MongoDB at the given address belongs to the replica set 'rs0', and the address says 'rs1'.\n",
    );
    expect(none.stderr).toMatch(/^NotAReplicaSet: .*--replSet rs0/);
    expect(unnamed.stderr).toMatch(/^ReplicaSetNotInitiated: .*\?replicaSet=rs0\.\n$/);
  });
});
