import { expect, it } from '@jest/globals';
import { readConfig } from '../../src/config/read-config.ts';

const SETTINGS = [
  ['ingestion keys', 'LATCHKEY_INGESTION_KEYS_IN_URL', 'ingestionKeysInUrl'],
  ['keys of key groups', 'LATCHKEY_REST_API_KEYS_IN_URL', 'restApiKeysInUrl'],
] as const;

/** Secrets in URLs: proxies keep them, so that they are taken only where somebody has asked for it. */
it.each(SETTINGS)(
  'when nothing is said of %s in URLs, then they are refused; they are taken when that is switched on',
  (_keys, name, member) => {
    const read = (setting: Record<string, string>) =>
      readConfig({ LATCHKEY_STORE: 'sqlite', ...setting }, () => '')[member];

    expect([read({}), read({ [name]: 'off' }), read({ [name]: 'on' })]).toEqual([false, false, true]);
    expect(() => read({ [name]: 'yes' })).toThrow(name);
  },
);
