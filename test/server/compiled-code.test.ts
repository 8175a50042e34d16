import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

describe('the compiled code that is kept for the next start', () => {
  let parent: string;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'latchkey-compiled-'));
  });
  afterEach(() => rm(parent, { recursive: true, force: true }));

  it('when a command ends, then it lies in the data folder, where only its owner may enter', async () => {
    await helpWith(parent);

    const { mode } = await stat(join(parent, 'compiled'));
    expect(mode & 0o077).toBe(0);
    expect((await filesKeptIn(parent)).length).toBeGreaterThan(20);
  });

  it('when it is loaded before the program, as by scripts/start, then the program itself is kept too', async () => {
    await helpWith(parent);
    const kept = await filesKeptIn(parent);
    await rm(join(parent, 'compiled'), { recursive: true });

    await helpWith(parent, ['--import', resolve('src/server/compiled-code.mjs')]);

    expect((await filesKeptIn(parent)).length).toBeGreaterThan(kept.length);
  });

  /** Code injection: the next start would run what another user has put there. */
  it.each(['770', '757'])('when others may write to the data folder (%s), then none is kept or used', async (mode) => {
    await chmod(parent, Number.parseInt(mode, 8));

    await helpWith(parent);

    expect(await readdir(parent)).toEqual([]);
  });

  it('when there is no data folder, then a command that needs none makes none', async () => {
    await helpWith(join(parent, 'absent'));

    expect(await readdir(parent)).toEqual([]);
  });
});

async function filesKeptIn(dataFolder: string): Promise<string[]> {
  const [version = ''] = await readdir(join(dataFolder, 'compiled'));
  return readdir(join(dataFolder, 'compiled', version));
}

async function helpWith(dataFolder: string, options: readonly string[] = []): Promise<void> {
  const environment = { PATH: process.env['PATH'], LATCHKEY_DATA: dataFolder };
  await promisify(execFile)(process.execPath, [...options, resolve('src/main.ts'), '--help'], { env: environment });
}
