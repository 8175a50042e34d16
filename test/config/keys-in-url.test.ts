import { expect, it } from '@jest/globals';
import { readConfig } from '../../src/config/read-config.ts';

/** Secrets in URLs: proxies keep them, so that they are taken only where somebody has asked for it. */
it.each([
  ['INGESTION_KEYS_IN_URL', 'ingestionKeysInUrl'],
  ['REST_API_KEYS_IN_URL', 'restApiKeysInUrl'],
  ['API_TOKENS_IN_URL', 'apiTokensInUrl'],
] as const)('when nothing is said of %s, then they are refused; they are taken when that is on', (name, member) => {
  const read = (value?: string) => {
    const setting = value === undefined ? {} : { [`LATCHKEY_${name}`]: value };
    return readConfig({ LATCHKEY_STORE: 'sqlite', ...setting }, () => '')[member];
  };

  expect([read(), read('off'), read('on')]).toEqual([false, false, true]);
  expect(() => read('yes')).toThrow(`LATCHKEY_${name}`);
});
