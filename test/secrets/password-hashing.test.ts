import { describe, expect, it } from '@jest/globals';
import { Overloaded } from '../../src/problems/request-problems.ts';
import { passwordHashing } from '../../src/secrets/password-hashing.ts';

describe('passwordHashing', () => {
  it('when a hash is verified, then the password fits and no other one does', async () => {
    const hashing = passwordHashing();
    const hash = await hashing.hash('correct horse battery');

    expect(await hashing.verify('correct horse battery', hash)).toBe(true);
    expect(await hashing.verify('correct horse batterz', hash)).toBe(false);
    expect(await hashing.verify('a password that nobody has', undefined)).toBe(false);
  });

  /** Each takes 19 MiB and a core: a flood of them must not take the service with it. */
  it('when more come at once than may wait, then those are told to come again, and the others are done', async () => {
    const hashing = passwordHashing();

    const settled = await Promise.allSettled(Array.from({ length: 24 }, () => hashing.hash('correct horse battery')));

    const refused = settled.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(8);
    for (const result of refused) expect(result).toMatchObject({ reason: expect.any(Overloaded) });
    expect(await hashing.hash('and after that')).toMatch(/^\$argon2id\$/);
  });

  it('when passwords are hashed, then the event loop goes on', async () => {
    const hashing = passwordHashing();
    await hashing.hash('loads the package');
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);

    const startedAt = performance.now();
    await Promise.all(Array.from({ length: 8 }, () => hashing.hash('correct horse battery')));
    const all = performance.now() - startedAt;
    clearInterval(timer);

    expect(longest).toBeLessThan(all / 2);
  });
});
