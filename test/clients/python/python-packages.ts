import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../harness/cache-folder.ts';

const run = promisify(execFile);

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
const INSTALL_LIMIT_MILLISECONDS = 300_000;
const BY_HAND =
  'Install Python 3.11 or later with pip (Debian, Ubuntu: apt-get install python3 python3-pip), or leave the Python clients out with LATCHKEY_TEST_PYTHON=off.';

const DESCRIBE_PYTHON = `
import json, platform, sys
print(json.dumps({'version': platform.python_version(), 'new_enough': sys.version_info >= (3, 11),
                  'platform': '-'.join([sys.platform, platform.machine(), *map(str, sys.version_info[:2])])}))
`;

/** A Python that has the clients of `requirements.txt`. */
export interface PythonWithClients {
  /** Such as `3.11.7`. */
  readonly version: string;
  /** For `PYTHONPATH`. */
  readonly packagesFolder: string;
}

/**
 * Finds `python3` in the PATH and, once, installs the pinned clients into the cache folder outside the repository.
 * @throws Error that says what to install
 */
export async function providePythonClients(): Promise<PythonWithClients> {
  const { version, platform } = await describePython();
  const requirements = await readFile(REQUIREMENTS);
  const name = createHash('sha256').update(platform).update(requirements).digest('hex').slice(0, 12);
  const packagesFolder = join(cacheFolder(), `python-${name}`);
  if (!existsSync(packagesFolder)) await install(packagesFolder);
  return { version, packagesFolder };
}

async function describePython(): Promise<{ version: string; platform: string }> {
  const { stdout } = await run('python3', ['-c', DESCRIBE_PYTHON]).catch((cause: unknown) => {
    throw new Error(`python3 was not found in the PATH. ${BY_HAND}`, { cause });
  });
  const python: { version: string; new_enough: boolean; platform: string } = JSON.parse(stdout);
  if (!python.new_enough) throw new Error(`python3 is ${python.version}, which is too old. ${BY_HAND}`);
  return python;
}

async function install(target: string): Promise<void> {
  await mkdir(cacheFolder(), { recursive: true });
  // A folder of its own, renamed when complete: two runs may install at once and neither sees half of it.
  const folder = await mkdtemp(join(cacheFolder(), 'download-'));
  try {
    const options = ['-q', '--disable-pip-version-check', '--no-input', '--no-deps', '--only-binary', ':all:'];
    await run('python3', ['-m', 'pip', 'install', ...options, '--target', folder, '-r', REQUIREMENTS], {
      timeout: INSTALL_LIMIT_MILLISECONDS,
    });
    await rename(folder, target).catch(ignoreTaken);
  } catch (cause) {
    throw new Error(`pip could not install ${REQUIREMENTS}. Is a package index reachable? ${BY_HAND}`, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// Somebody else's complete installation is as good as ours.
function ignoreTaken(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}
