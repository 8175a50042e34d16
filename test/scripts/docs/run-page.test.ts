import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type LaunchService, runPage } from '../../../scripts/docs/run-page.ts';
import { shellBlocksOf } from '../../../scripts/docs/shell-blocks.ts';

describe('runPage', () => {
  let root: string;
  let folder: string;
  let stopped: boolean;

  const launch: LaunchService = async (given) => {
    folder = given;
    return {
      replacements: { 'http://127.0.0.1:8080': 'http://127.0.0.1:4321' },
      environment: { LATCHKEY_PORT: '4321' },
      stop: async () => {
        stopped = true;
      },
    };
  };
  const run = (markdown: string, timeoutMilliseconds = 10_000) =>
    runPage({ root, launch, timeoutMilliseconds, blocks: shellBlocksOf('page.md', markdown) });

  beforeEach(async () => {
    stopped = false;
    root = await mkdtemp(join(tmpdir(), 'latchkey-clone-'));
    await mkdir(join(root, 'data'));
    await writeFile(join(root, 'README.md'), 'read me');
  });
  afterEach(() => rm(root, { recursive: true }));

  it('when a later block uses what an earlier one set, then both ran in one bash, in order', async () => {
    const { exitCode, output } = await run('```sh\nTOKEN=abc\n```\n\n```sh\necho "token $TOKEN"\n```\n');

    expect({ exitCode, output }).toEqual({ exitCode: 0, output: '=== page.md:1\n=== page.md:5\ntoken abc\n' });
  });

  it('when a block fails in the middle of a pipe, then the run ends there and the output names the block', async () => {
    const { exitCode, output } = await run('```sh\nfalse | cat\n```\n\n```sh\necho never\n```\n');

    expect(exitCode).toBe(1);
    expect(output).toBe('=== page.md:1\n');
    expect(stopped).toBe(true);
  });

  it('when a block is excused, then it is not run', async () => {
    expect((await run('<!-- not run: would fail -->\n```sh\nfalse\n```\n')).exitCode).toBe(0);
  });

  it('when the page names the default address, then the commands use the one of this run', async () => {
    const { output } = await run('```sh\necho http://127.0.0.1:8080/livez $LATCHKEY_PORT\n```\n');

    expect(output).toContain('http://127.0.0.1:4321/livez 4321');
  });

  it('when commands look around, then they see the clone without its data, and leave nothing behind', async () => {
    const { output } = await run('```sh\ncat README.md\ntest ! -e data\necho made > made\n```\n');

    expect(output).toContain('read me');
    expect(existsSync(join(root, 'made'))).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });

  it('when a block never ends, then the time limit ends it and what it started', async () => {
    const { exitCode } = await run('```sh\nsleep 30 | cat\n```\n', 300);

    expect(exitCode).toBeUndefined();
    expect(stopped).toBe(true);
  });
});
