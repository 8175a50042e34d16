import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { describeOn } from '../../harness/describe-on.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (...words: string[]) =>
  new Promise<Ended>((resolve) => {
    const options = { cwd: ROOT, env: { ...process.env, NODE_OPTIONS: '' }, timeout: 120_000 };
    execFile(process.execPath, [join('scripts', 'race.ts'), ...words], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });

describe('scripts/race', () => {
  it('when a number is none, or too large, then it says so and starts nothing', async () => {
    const ended = await Promise.all([run('--rounds', 'many'), run('--rounds', '1001'), run('--port', '70000')]);

    for (const { code, stdout, stderr } of ended) {
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain('a whole number up to');
    }
  });
});

/** More than one node needs MongoDB and Redis, so `TEST_BACKENDS=sqlite` leaves this out, and says so. */
describeOn('mongo-redis', 'scripts/race --print', () => {
  it('when rounds are asked for, then each is a row, each worker a column, and nothing was found', async () => {
    const { code, stdout } = await run('--print', '--rounds', '2');

    expect(stdout).toMatch(/^2 nodes of 2 workers each, MongoDB \d/m);
    const columns = ['node 1, worker 1', 'node 1, worker 2', 'node 2, worker 1', 'node 2, worker 2'];
    expect(stdout).toMatch(new RegExp(`^round  revoked at +${columns.join('  ')}$`, 'm'));
    expect(stdout.match(/^ {4}\d {2}node \d, worker \d( +\d+\.\d){4}$/gm)).toHaveLength(2);
    expect(stdout).toMatch(/^until every worker refused( +\d+\.\d){3} +\d+$/m);
    expect(stdout).not.toContain('FOUND');
    expect(code).toBe(0);
  }, 150_000);
});
