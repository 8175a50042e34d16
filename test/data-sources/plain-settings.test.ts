import { describe, expect, it } from '@jest/globals';
import { holdsNoSecret, isBounded, isPlainText, LONGEST_SETTINGS } from '../../src/data-sources/plain-settings.ts';

describe('the settings of a data source', () => {
  it('given what describes a source, when it is looked at, then it may stay', () => {
    const settings = {
      csv: { uri: { file: 'file:/data/input/applications.csv' }, separators: [';', ','] },
      jdbc: { url: 'jdbc:db://db.example.test:5432/people', token_url: 'https://example.test/oauth', password: '' },
    };

    expect([isBounded(settings), isPlainText(settings), holdsNoSecret(settings)]).toEqual([true, true, true]);
  });

  /** Disclosure: whoever may search reads the settings. */
  it.each([
    { password: 'x' },
    { csv: { auth: [{ client_secret: 'x' }] } },
    { csv: { 'API-Key': 'x' } },
    { csv: { privateKeys: 'x', accessToken: ['x'] } },
    { jdbc: { url: 'jdbc:db://robin:x@db.example.test/people' } },
    { jdbc: { urls: ['https://:x@example.test'] } },
  ])('given a secret in its usual place, %j, when it is looked for, then it is found', (settings) => {
    expect(holdsNoSecret(settings)).toBe(false);
  });

  it.each([[{ csv: 'a\u0000' }], [{ 'c\nsv': 1 }], [{ csv: ['\ud800'] }], [{ '\u202ecsv': 1 }]])(
    'given what is no text on one line, %j, when it is looked for, then it is found',
    (settings) => {
      expect(isPlainText(settings)).toBe(false);
    },
  );

  it('given more than is shown with every search, when it is measured, then it is too long', () => {
    expect(isBounded({ csv: 'x'.repeat(LONGEST_SETTINGS) })).toBe(false);
  });
});
