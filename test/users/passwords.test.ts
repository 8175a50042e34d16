import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { failedAttempts } from '../../src/limits/failed-attempts.ts';
import { RateLimited } from '../../src/problems/request-problems.ts';
import { type PasswordHashing, passwordHashing } from '../../src/secrets/password-hashing.ts';
import { insert } from '../../src/store/changes.ts';
import { newUser } from '../../src/users/new-user.ts';
import { PASSWORDS, type Passwords, passwordsIn } from '../../src/users/passwords.ts';
import { USERS } from '../../src/users/user.ts';
import { newEmail } from '../harness/given-people.ts';
import { movingClock } from '../harness/moving-clock.ts';
import { type RunningService, runningService } from '../harness/running-service.ts';

const PASSWORD = 'correct horse battery';
const ORIGIN = { address: '192.0.2.1' };

describe('passwords', () => {
  let running: RunningService;
  let email: string;
  let passwords: Passwords;
  let verified: number;
  let iamId: string;
  const clock = movingClock();

  beforeAll(async () => {
    running = await runningService();
  });
  afterAll(() => running.dispose());

  beforeEach(async () => {
    email = newEmail();
    verified = 0;
    const hashing = passwordHashing();
    const counted: PasswordHashing = {
      hash: hashing.hash,
      verify(password, hash) {
        verified += 1;
        return hashing.verify(password, hash);
      },
    };
    const limiter = failedAttempts({ perMinute: 3, clock });
    passwords = passwordsIn({ store: running.store, clock, hashing: counted, failedAttempts: limiter });
    const user = newUser(email, clock.now());
    iamId = user.id;
    await running.store.commit([insert(USERS, user), await passwords.plan(iamId, PASSWORD)]);
  });

  it('when the right one is sent, in another form of the same characters too, then it is the user', async () => {
    expect(await passwords.verify(email.toUpperCase(), PASSWORD, ORIGIN)).toMatchObject({ iamId });
  });

  it('when what is stored is read, then it is Argon2id with the stated cost, and nothing of the password', async () => {
    const kept = await running.store.read(PASSWORDS).get(iamId);

    expect(kept?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(JSON.stringify(kept)).not.toContain('horse');
  });

  /** Timing: who guesses must not learn that there is no such user, or no password of the user, from a quick answer. */
  it('when a wrong one, an unknown address, no address or one too long is sent, then it is nobody, after the same work', async () => {
    const answers = [];
    for (const [address, password, from] of [
      [email, 'correct horse batterz', '192.0.2.2'],
      ['kim@example.test', PASSWORD, '192.0.2.3'],
      ['no address', PASSWORD, '192.0.2.4'],
      [email, 'x'.repeat(100_000), '192.0.2.5'],
      [email, '', '192.0.2.6'],
    ] as const) {
      answers.push(await passwords.verify(address, password, { address: from }));
    }

    expect(answers).toEqual(Array(5).fill(undefined));
    expect(verified).toBe(5);
  });

  /** Guessing from many addresses. */
  it('when three wrong ones came, each from another address, then the right one is refused too, for a minute', async () => {
    clock.beginMinute();

    for (const address of ['192.0.2.7', '192.0.2.8', '192.0.2.9']) await passwords.verify(email, 'wrong', { address });

    await expect(passwords.verify(email, PASSWORD, ORIGIN)).rejects.toThrow(RateLimited);
    clock.pass(60_000);
    expect(await passwords.verify(email, PASSWORD, ORIGIN)).toMatchObject({ iamId });
  });

  it.each([
    ['11 characters', 'x'.repeat(11)],
    ['257 characters', 'x'.repeat(257)],
    ['half a character', `${'x'.repeat(12)}\ud800`],
  ])('when %s are to be one, then it is refused', async (_, password) => {
    await expect(passwords.plan(iamId, password)).rejects.toMatchObject({ code: 'parameter_invalid' });
  });
});
