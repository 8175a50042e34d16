import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const SCRIPTS = join(import.meta.dirname, '..', '..', 'scripts');
const SYSTEM_PATH = '/usr/bin:/bin';

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A clone with nothing in it but the scripts, and programs that only say how they were called. */
describe('scripts/start', () => {
  let clone: string;

  const write = async (path: string, content: string) => {
    const file = join(clone, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    await chmod(file, 0o755);
  };
  const givenPackagedNode = (body: string) => write('node_modules/.bin/node', `#!/bin/sh\n${body}\n`);
  const givenSystemNode = (version: string) =>
    write('bin/node', `#!/bin/sh\n[ "$1" = --version ] && echo ${version} || echo "system $*"\n`);
  const givenInstalled = () => write('node_modules/.package-lock.json', '{}');
  /** An npm that takes a while, notes each call, and leaves what the real one leaves. */
  const givenNpm = (exitCode = 0) =>
    write(
      'bin/npm',
      `#!/bin/sh
echo "$*" >> ${clone}/npm-calls
sleep 0.3
[ ${exitCode} = 0 ] || exit ${exitCode}
mkdir -p ${clone}/node_modules/.bin
printf '#!/bin/sh\\necho packaged "$@"\\n' > ${clone}/node_modules/.bin/node
chmod +x ${clone}/node_modules/.bin/node
touch ${clone}/node_modules/.package-lock.json\n`,
    );
  const npmCalls = async () => (await readFile(join(clone, 'npm-calls'), 'utf8').catch(() => '')).trim().split('\n');

  const start = (...options: string[]) =>
    new Promise<Ended>((resolve) => {
      const env = { PATH: `${clone}/bin:${SYSTEM_PATH}`, LATCHKEY_PORT: '4321' };
      execFile(join(clone, 'scripts', 'start'), options, { env, cwd: tmpdir() }, (error, stdout, stderr) => {
        resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      });
    });

  beforeEach(async () => {
    clone = await mkdtemp(join(tmpdir(), 'latchkey-start-'));
    await mkdir(join(clone, 'scripts'));
    for (const name of ['start', 'install']) await copyFile(join(SCRIPTS, name), join(clone, 'scripts', name));
    await write('package-lock.json', '{}');
    const past = new Date('2020-01-01T00:00:00Z');
    await utimes(join(clone, 'package-lock.json'), past, past);
    await givenSystemNode('v20.1.0');
    await givenNpm();
  });
  afterEach(() => rm(clone, { recursive: true }));

  describe('given packages that are installed', () => {
    beforeEach(givenInstalled);

    it('when it is started, then the packaged Node becomes the service, with arguments and settings', async () => {
      await givenPackagedNode(`echo "$*" "$LATCHKEY_PORT"`);

      const { stdout, exitCode } = await start('--help');

      expect({ stdout, exitCode }).toEqual({
        stdout: `--max-semi-space-size=8 --disable-warning=ExperimentalWarning --import ${clone}/src/server/compiled-code.mjs ${clone}/src/main.ts serve --help 4321\n`,
        exitCode: 0,
      });
      expect(await npmCalls()).toEqual(['']);
    });

    it('when the lock file is newer, then they are installed again', async () => {
      await givenPackagedNode('echo old');
      const future = new Date(Date.now() + 3_600_000);
      await utimes(join(clone, 'package-lock.json'), future, future);

      await start();

      expect(await npmCalls()).toHaveLength(1);
    });

    it('when libatomic1 is missing and the own Node is old, then it says what to install', async () => {
      await givenPackagedNode('echo "error while loading shared libraries: libatomic.so.1: cannot open" >&2; exit 127');

      const { exitCode, stdout, stderr } = await start();

      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
      expect(stderr).toContain('apt-get install libatomic1');
    });

    it('when the packaged Node cannot run and the own one is new enough, then that is taken', async () => {
      await givenPackagedNode('exit 127');
      await givenSystemNode('v24.3.0');

      expect((await start()).stdout).toContain('system --max-semi-space-size=8 --disable-warning=ExperimentalWarning');
    });

    it('when there is no Node that can run it, then it says which is needed', async () => {
      const { exitCode, stderr } = await start();

      expect(exitCode).toBe(1);
      expect(stderr).toContain("system's own is 20 where 24 or later is needed");
    });
  });

  describe('given nothing installed', () => {
    it('when it is started twice at once, then one installs what running needs, and both run', async () => {
      const both = await Promise.all([start(), start()]);

      expect(both.map(({ stdout }) => stdout.split(' ')[0])).toEqual(['packaged', 'packaged']);
      expect(await npmCalls()).toEqual([expect.stringMatching(/^ci --include=optional .*--omit=dev$/)]);
    });

    it('when an earlier install was cut off, then it is done again', async () => {
      await givenPackagedNode('echo half');

      expect((await start()).stdout).toContain('packaged');
    });

    it('when a developer had the test tools, then they stay', async () => {
      await write('node_modules/jest/package.json', '{}');

      await start();

      expect(await npmCalls()).toEqual([expect.stringContaining('--include=dev')]);
    });

    it('when npm fails, then the start fails and says so', async () => {
      await givenNpm(1);

      const { exitCode, stderr } = await start();

      expect(exitCode).toBe(1);
      expect(stderr).toContain('npm ci failed');
    });
  });
});
