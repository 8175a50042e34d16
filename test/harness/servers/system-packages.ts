import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** @returns whether the command is there and answers `--version` with success */
export async function commandWorks(command: string): Promise<boolean> {
  return run(command, ['--version']).then(
    () => true,
    () => false,
  );
}

/**
 * Installs Debian packages, as root only.
 * @throws Error that says what to install by hand, when this user or this system cannot
 */
export async function installPackages(packages: readonly string[], why: string): Promise<void> {
  const byHand = `${why}. Install ${packages.join(' and ')} (Debian, Ubuntu: apt-get install ${packages.join(' ')})`;
  if (process.getuid?.() !== 0) throw new Error(`${byHand}; only root may do it here.`);
  // Run level 1 keeps the package from starting a service of its own.
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  try {
    await run('apt-get', ['update', '-qq'], { env: environment, timeout: 300_000 });
    const options = ['install', '-y', '-qq', '--no-install-recommends'];
    await run('apt-get', [...options, ...packages], { env: environment, timeout: 300_000 });
  } catch (cause) {
    throw new Error(`${byHand}; apt-get failed.`, { cause });
  }
}
