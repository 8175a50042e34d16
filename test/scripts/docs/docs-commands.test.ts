import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { launchServiceOf } from '../../../scripts/docs/launch-service.ts';
import { runPage } from '../../../scripts/docs/run-page.ts';
import { shellBlocksOf } from '../../../scripts/docs/shell-blocks.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PAGE_LIMIT_MILLISECONDS = 120_000;

const pages = ['README.md', 'CONTRIBUTING.md', ...readdirSync(join(ROOT, 'docs')).map((name) => join('docs', name))]
  .filter((page) => page.endsWith('.md') && existsSync(join(ROOT, page)))
  .map((page) => ({ page, blocks: shellBlocksOf(page, readFileSync(join(ROOT, page), 'utf8')) }));

/** What a page tells a reader to type is tried, so that it stays true. */
describe('the commands in the documentation', () => {
  it('when a block is not run, then this list says so and why', () => {
    const excused = pages.flatMap(({ blocks }) => blocks).filter(({ notRunBecause }) => notRunBecause !== undefined);
    const lines = excused.map(({ page, line, notRunBecause }) => `  ${page}:${line} ${notRunBecause}`);
    if (lines.length > 0)
      process.stdout.write(`Commands in the documentation that are not run:\n${lines.join('\n')}\n`);

    expect(pages.map(({ page }) => page)).toContain('CONTRIBUTING.md');
  });

  for (const { page, blocks } of pages) {
    if (blocks.every(({ notRunBecause }) => notRunBecause !== undefined)) continue;
    it(
      `when the commands of ${page} are typed one after the other, then all of them work`,
      async () => {
        const run = await runPage({ root: ROOT, blocks, launch: launchServiceOf(ROOT) });

        expect(run).toEqual({ exitCode: 0, output: run.output });
      },
      PAGE_LIMIT_MILLISECONDS,
    );
  }
});
