import { describe, expect, it } from '@jest/globals';
import { MarkedBlockMissing, withMarkedBlock } from '../../../scripts/docs/marked-blocks.ts';

const PAGE = '# Page\n\n<!-- settings:begin -->\nold\n<!-- settings:end -->\n\nAfter.\n';

describe('withMarkedBlock', () => {
  it('when the page has the marks, then only what is between them changes', () => {
    expect(withMarkedBlock(PAGE, 'settings', '| new |\n')).toBe(
      '# Page\n\n<!-- settings:begin -->\n\n| new |\n\n<!-- settings:end -->\n\nAfter.\n',
    );
  });

  it('when it is done twice, then the second time changes nothing', () => {
    const once = withMarkedBlock(PAGE, 'settings', 'new');

    expect(withMarkedBlock(once, 'settings', 'new')).toBe(once);
  });

  it.each([
    ['has no marks', '# Page\n'],
    ['has only the first', '<!-- settings:begin -->\n'],
    ['has only the second', '<!-- settings:end -->\n'],
    ['has both twice', PAGE + PAGE],
  ])('when the page %s, then it is refused', (_case, page) => {
    expect(() => withMarkedBlock(page, 'settings', 'new')).toThrow(MarkedBlockMissing);
  });
});
