import { KEY_KIND_NAMES, KEY_KINDS } from '../../src/api-keys/key-kinds.ts';

const COLUMNS = ['kind', 'belongs to', 'shape', 'random bits', 'presented', 'taken at', 'shown'];

/** The kinds of key as Markdown, for docs/key-kinds.md. */
export function keyKindTable(): string {
  const rows = KEY_KIND_NAMES.map((name) => {
    const { of, shape, bits, presented, where, shown } = KEY_KINDS[name];
    return [`\`${name}\``, of, shape, bits === 0 ? '–' : String(bits), presented, where, shown];
  });
  const lines = rows.map((cells) => `| ${cells.join(' | ')} |`);
  return [`| ${COLUMNS.join(' | ')} |`, `|${COLUMNS.map(() => '---|').join('')}`, ...lines].join('\n');
}
