import { describe, expect, it } from '@jest/globals';
import { PageUnreadable, shellBlocksOf } from '../../../scripts/docs/shell-blocks.ts';

describe('shellBlocksOf', () => {
  it('when a page has blocks of several languages, then those of sh are returned with their lines', () => {
    const page = '# A\n\n```sh\necho one\n```\n\n```json\n{}\n```\n\n```sh\necho two\necho three\n```\n';

    expect(shellBlocksOf('a.md', page)).toEqual([
      { page: 'a.md', line: 3, code: 'echo one', notRunBecause: undefined },
      { page: 'a.md', line: 11, code: 'echo two\necho three', notRunBecause: undefined },
    ]);
  });

  it.each([['\n'], ['\n\n']])('when a block is excused above it (%j), then its reason is returned', (gap) => {
    const [block] = shellBlocksOf('a.md', `<!-- not run: needs a cluster -->${gap}\`\`\`sh\nkubectl\n\`\`\`\n`);

    expect(block?.notRunBecause).toBe('needs a cluster');
  });

  it('when an excuse stands above another block, then the next block is not excused by it', () => {
    const blocks = shellBlocksOf('a.md', '<!-- not run: why -->\n```sh\na\n```\n```sh\nb\n```\n');

    expect(blocks.map(({ notRunBecause }) => notRunBecause)).toEqual(['why', undefined]);
  });

  it('when a block is part of a list, then its indentation is no part of the commands', () => {
    expect(shellBlocksOf('a.md', '1. do\n\n   ```sh\n   echo one\n   ```\n')[0]?.code).toBe('echo one');
  });

  it('when a longer fence shows a block as an example, then the example is not run', () => {
    expect(shellBlocksOf('a.md', '````markdown\n```sh\nrm -rf x\n```\n````\n')).toEqual([]);
  });

  it.each([
    ['names its language bash', '```bash\necho\n```\n', 'a.md:1 is fenced as bash'],
    ['names its language console', '\n```console\n$ echo\n```\n', 'a.md:2 is fenced as console'],
    ['is never closed', '```sh\necho\n', 'a.md:1 is a fence that is never closed'],
  ])('when a block %s, then the page is refused', (_case, page, message) => {
    expect(() => shellBlocksOf('a.md', page)).toThrow(PageUnreadable);
    expect(() => shellBlocksOf('a.md', page)).toThrow(message);
  });
});
