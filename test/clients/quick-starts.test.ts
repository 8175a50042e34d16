import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type RunningService, runningService } from '../harness/running-service.ts';
import { describePython, INSTALLING_MILLISECONDS, pythonClients } from './python/run-python.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..');
const PAGE = 'docs/clients.md';

const page = readFileSync(join(ROOT, PAGE), 'utf8');

/** The programs of the page in one language, each with the line on which it begins. The shell's are run elsewhere. */
function programsOf(language: 'js' | 'python'): readonly { line: number; code: string }[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map((match) => ({
    line: page.slice(0, match.index).split('\n').length,
    code: match[1] ?? '',
  }));
}

/** What the page tells a reader to paste is tried, so that it stays true. */
describe(`the programs of ${PAGE}`, () => {
  let service: RunningService;
  let folder: string;

  beforeAll(async () => {
    service = await runningService();
  });
  afterAll(() => service.dispose());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-quick-start-'));
    await symlink(service.dataFolder, join(folder, 'data'));
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const runProgram = async (
    command: string,
    file: string,
    code: string,
    environment: NodeJS.ProcessEnv,
  ): Promise<string> => {
    await writeFile(join(folder, file), code.replaceAll('http://127.0.0.1:8080', service.publicUrl));
    const env = { PATH: process.env['PATH'], ...environment };
    const { stdout } = await run(command, [file], { cwd: folder, env, timeout: 25_000 });
    return stdout.trim();
  };

  it('when the page is read, then it has programs in both languages', () => {
    expect([programsOf('js').length, programsOf('python').length]).toEqual([6, 2]);
  });

  it.each(programsOf('js'))(
    'when the program of line $line is run with Node, then it prints its result',
    async ({ code }) => {
      expect(await runProgram(process.execPath, 'quick-start.mjs', code, {})).not.toBe('');
    },
  );

  describePython('in Python', () => {
    it.each(programsOf('python'))(
      'when the program of line $line is run, then it prints its result',
      async ({ code }) => {
        const { packagesFolder } = await pythonClients();

        const printed = await runProgram('python3', 'quick_start.py', code, {
          ...{ PYTHONPATH: packagesFolder, PYTHONNOUSERSITE: '1' },
        });

        expect(printed).not.toBe('');
      },
      INSTALLING_MILLISECONDS,
    );
  });
});
