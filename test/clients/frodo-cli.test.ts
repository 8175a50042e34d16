import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { platformRoleCrn } from '../../src/resource-catalog/service-definition.ts';
import { exchangeNamed, givenLogKey } from '../harness/given-log-key.ts';
import { givenOtherAccount, type OtherAccount } from '../harness/given-other-account.ts';
import { type GivenPasswordUser, givenPasswordUser } from '../harness/given-password.ts';
import { givenPolicy } from '../harness/given-rights.ts';
import { type RunningService, runningService } from '../harness/running-service.ts';

const PROGRAM = join(
  dirname(createRequire(import.meta.url).resolve('@rockcarver/frodo-cli/package.json')),
  'dist',
  'launch.cjs',
);
const LIMIT_MILLISECONDS = 60_000;

/** The command line that administrators of Advanced Identity Cloud use, unmodified, as a process of its own. */
describe('frodo-cli', () => {
  let service: RunningService;
  let account: OtherAccount;
  let home: string;

  beforeAll(async () => {
    service = await runningService();
    account = await givenOtherAccount(service);
  });
  afterAll(() => service.dispose());

  // It remembers keys and passwords there.
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'latchkey-frodo-'));
  });
  afterEach(() => rm(home, { recursive: true }));

  const host = () => `${service.listenUrl}/am`;
  const frodo = (...given: readonly string[]) => started(home, given);

  it(
    'given a key, when its sources are listed and a range is fetched, then it prints both; after deletion it prints neither',
    async () => {
      const token = await account.ownerToken();
      const key = await givenLogKey(service, token);
      const name = randomUUID();
      await exchangeNamed(service, account.ownerSecret, name);
      const range = ['-b', isoAt(-20_000), '-e', isoAt(20_000), '-c', 'am-access', '-l', 'ALL', '-d'];

      const listed = await frodo('log', 'list', host(), key.id, key.secret).ended;
      const saved = await frodo(
        ...['conn', 'save', '-m', 'cloud', '--no-validate', '--log-api-key', key.id, '--log-api-secret', key.secret],
        ...[host(), 'nobody@example.test', 'no password'],
      ).ended;
      const fetched = await frodo('log', 'fetch', ...range, host()).ended;
      await service.call('DELETE', `/keys/${key.id}`, { token });
      const refused = await frodo('log', 'list', host(), key.id, key.secret).ended;

      expect(listed).toContain('am-authentication');
      expect(saved).toContain('Saved');
      expect(fetched).toContain(name);
      expect(refused).not.toContain('am-authentication');
    },
    LIMIT_MILLISECONDS,
  );

  it(
    'given an administrator with a password and no key, when the log is followed, then it logs in, makes a key and prints what comes',
    async () => {
      const person = await givenAdministrator(service, account);
      await frodo('conn', 'save', '-m', 'cloud', '--no-validate', host(), person.email, person.password).ended;
      const tail = frodo('log', 'tail', '-c', 'am-access', '-l', 'ALL', '-d', host());
      const name = randomUUID();

      await tail.printed('Tailing');
      await exchangeNamed(service, account.ownerSecret, name);
      await tail.printed(name);
      tail.end();

      const keys = await service.call('GET', '/keys', { token: await account.ownerToken() });
      expect(keys.body.result).toMatchObject([{ name: `frodo-${person.email}` }]);
    },
    LIMIT_MILLISECONDS,
  );

  const isoAt = (offset: number): string => new Date(service.clock.now() + offset).toISOString();
});

/** Somebody with a password, who may manage keys and read the log. */
async function givenAdministrator(
  service: RunningService,
  { accountId, ownerToken }: OtherAccount,
): Promise<GivenPasswordUser> {
  const person = await givenPasswordUser(service, { token: await ownerToken(), accountId });
  const roles = [platformRoleCrn('Administrator')];
  await givenPolicy(service, { accountId, subject: person.iamId, roles, service: 'iam-identity' });
  return person;
}

/** Starts the program in a process group of its own, because it starts another one. */
function started(home: string, given: readonly string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...given], {
    env: { PATH: process.env['PATH'], HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let text = '';
  const told = new EventTarget();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      told.dispatchEvent(new Event('text'));
    });
  }
  return {
    /** All that it has printed. */
    ended: once(child, 'close').then(() => text),
    /** Waits until it prints this. @throws Error it ended before */
    async printed(part: string): Promise<void> {
      const ended = once(child, 'close').then(() => {
        throw new Error(`it ended without '${part}': ${text}`);
      });
      while (!text.includes(part)) await Promise.race([once(told, 'text'), ended]);
      ended.catch(() => {});
    },
    end: () => endGroup(child),
  };
}

function endGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}
