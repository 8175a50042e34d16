import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { keyKindTable } from '../../scripts/docs/key-kind-table.ts';
import { withMarkedBlock } from '../../scripts/docs/marked-blocks.ts';
import { KEY_KIND_NAMES, KEY_KINDS, type KeyKind } from '../../src/api-keys/key-kinds.ts';

const PAGE = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'key-kinds.md'), 'utf8');

describe('docs/key-kinds.md', () => {
  it('when a kind of key comes or changes, then the page is written anew', () => {
    expect(withMarkedBlock(PAGE, 'key-kinds', keyKindTable())).toBe(PAGE);
  });

  it.each(KEY_KIND_NAMES)(
    'when a new key of kind %s is made, then it has the shape that is stated, and no other',
    (name) => {
      const { bits, newSecret, wellFormed }: KeyKind = KEY_KINDS[name];
      const secret = newSecret?.();

      expect(secret === undefined).toBe(bits === 0);
      expect(secret === undefined || (wellFormed(secret) && SHAPES[name].test(secret))).toBe(true);
    },
  );
});

/** What the words of the table say. */
const SHAPES: Readonly<Record<(typeof KEY_KIND_NAMES)[number], RegExp>> = {
  platform: /^lk_[A-Za-z0-9]{49}$/,
  chosen: /^.{32,}$/,
  ingestion: /^[0-9a-f]{32}$/,
  ingestion_service: /^[0-9a-f]{32}$/,
  log_reading: /^[0-9a-f]{64}$/,
  tenant_program: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  on_behalf: /^[0-9A-F]{32}$/,
  public_key: /^\{.*\}$/,
};
