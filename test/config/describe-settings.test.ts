import { describe, expect, it } from '@jest/globals';
import { settingsHelp, settingsTable } from '../../src/config/describe-settings.ts';
import { SETTING_LIST } from '../../src/config/settings.ts';

describe('the descriptions of the settings', () => {
  it.each(SETTING_LIST.map(({ name }) => [name]))('when --help or the table is read, then %s is in both', (name) => {
    expect(settingsHelp()).toContain(`  ${name} (default: `);
    expect(settingsTable()).toContain(`| \`${name}\` | `);
  });

  it('when --help is read in a terminal of 100 columns, then no line breaks in its middle', () => {
    expect(
      settingsHelp()
        .split('\n')
        .filter((line) => line.length > 100),
    ).toEqual([]);
  });

  it('when a setting is a secret, then it has no default and the table says that it is one', () => {
    const secrets = SETTING_LIST.filter(({ secret }) => secret);

    expect(secrets.map(({ name, fallback }) => [name, fallback])).toEqual([
      ['LATCHKEY_MONGO_URL', undefined],
      ['LATCHKEY_REDIS_URL', undefined],
      ['LATCHKEY_PEPPER', undefined],
      ['LATCHKEY_MASTER_KEY', undefined],
      ['LATCHKEY_LOG_SINK_AUTHORIZATION', undefined],
    ]);
    expect(settingsTable().match(/Secret: never printed/g)).toHaveLength(secrets.length);
  });
});
