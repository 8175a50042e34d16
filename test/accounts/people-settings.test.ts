import { describe, expect, it } from '@jest/globals';
import { matchesEmailPattern } from '../../src/accounts/email-patterns.ts';
import { mayBeInvited, requireInvitable, showsUsersToUsers } from '../../src/accounts/people-settings.ts';
import { ParameterInvalid } from '../../src/problems/request-problems.ts';
import { cpuMillisecondsOf } from '../harness/cpu-time.ts';

describe('patterns of e-mail addresses', () => {
  it.each([
    ['*@example.com', 'kim@example.com', true],
    ['*@example.com', 'KIM@Example.COM', true],
    ['*@example.com', 'kim.lee@example.com', false],
    ['**@example.com', 'kim.lee@example.com', true],
    ['*.*@example.com', 'kim.lee@example.com', true],
    ['*@*.example.com', 'kim@mail.example.com', true],
    ['*@*.example.com', 'kim@a.b.example.com', false],
    ['**.example.com', 'kim@a.b.example.com', true],
    ['*@example.com', '@example.com', true],
    ['kim@example.com', 'kim@example.com', true],
    ['kim@example.com', 'kim@example.org', false],
    ['**', 'kim@example.com', true],
    ['', 'kim@example.com', false],
    ['kim*', 'kim@example.com', false],
    ['***', 'kim@example.com', true],
  ])('given %j, when it is asked about %s, then it fits: %s', (pattern, email, expected) => {
    expect(matchesEmailPattern(pattern, email)).toBe(expected);
  });

  /** A domain that only ends, or only begins, like an allowed one is somebody else's. */
  it.each(['kim@evil-example.com', 'kim@example.com.evil.test', 'kim@example.comm', 'kim@example.com@evil.test'])(
    'attack: when %s looks like an allowed address, then it is not one',
    (email) => {
      expect(matchesEmailPattern('*@example.com', email)).toBe(false);
    },
  );

  it('attack: when a pattern would make a backtracking matcher try for ever, then it is decided at once', () => {
    const spent = cpuMillisecondsOf(() => {
      // As many as one invitation may have to be compared with: 40 addresses, 50 patterns.
      for (let turn = 0; turn < 2_000; turn += 1) {
        matchesEmailPattern(`${'**a*'.repeat(5)}!`, `${'a'.repeat(240)}@example`);
      }
      expect(matchesEmailPattern(`${'**a'.repeat(80)}!`, `${'a'.repeat(240)}@example`)).toBe(false);
    });

    expect(spent).toBeLessThan(2_000);
  });
});

describe('what settings say of the people of an account', () => {
  const userDomains = [
    { realmId: 'IBMid', invitationPatterns: ['*@example.com'], restrictInvitation: true },
    { realmId: 'open', invitationPatterns: ['*@example.com'], restrictInvitation: false },
    { realmId: 'closed', restrictInvitation: true },
  ];

  it('given restricted realms, when somebody is invited, then the patterns of the realm decide, where they are on', () => {
    const allowed = (realmId: string, email: string) => mayBeInvited({ userDomains }, realmId, email);

    expect(allowed('IBMid', 'kim@example.com')).toBe(true);
    expect(allowed('IBMid', 'kim@example.org')).toBe(false);
    expect(allowed('open', 'kim@example.org')).toBe(true);
    expect(allowed('closed', 'kim@example.com')).toBe(false);
    expect(allowed('another', 'kim@example.org')).toBe(true);
    expect(mayBeInvited({}, 'IBMid', 'kim@example.org')).toBe(true);
    const asked = { realmId: 'IBMid', email: 'kim@example.org', parameter: 'users.0.email' };
    expect(() => requireInvitable({ userDomains }, asked)).toThrow(ParameterInvalid);
  });

  it('given a visibility, when users ask for each other, then only NOT_RESTRICTED opens the list', () => {
    expect(showsUsersToUsers({ userListVisibility: 'NOT_RESTRICTED' })).toBe(true);
    expect([showsUsersToUsers({}), showsUsersToUsers({ userListVisibility: 'RESTRICTED' })]).toEqual([false, false]);
  });
});
