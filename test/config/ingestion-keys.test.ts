import { expect, it } from '@jest/globals';
import { readConfig } from '../../src/config/read-config.ts';

const keysInUrl = (value?: string) => {
  const setting = value === undefined ? {} : { LATCHKEY_INGESTION_KEYS_IN_URL: value };
  return readConfig({ LATCHKEY_STORE: 'sqlite', ...setting }, () => '').ingestionKeysInUrl;
};

/** Secrets in URLs: proxies keep them, so that they are taken only where somebody has asked for it. */
it('when nothing is said of ingestion keys in URLs, then they are refused; they are taken when that is switched on', () => {
  expect([keysInUrl(), keysInUrl('off'), keysInUrl('on')]).toEqual([false, false, true]);
  expect(() => keysInUrl('yes')).toThrow('LATCHKEY_INGESTION_KEYS_IN_URL');
});
