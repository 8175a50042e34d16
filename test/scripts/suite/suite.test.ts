import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { chooseBackends } from '../../../scripts/suite/choose-backends.ts';
import { makeMemoryFolder } from '../../../scripts/suite/memory-folder.ts';
import { filesToRunAgain, secondRunLines, withSecondRun } from '../../../scripts/suite/second-run.ts';
import { readReport, summaryLine, sumOf } from '../../../scripts/suite/test-counts.ts';

describe('chooseBackends', () => {
  it.each([
    [undefined, ['sqlite', 'mongo-redis'], []],
    ['', ['sqlite', 'mongo-redis'], []],
    ['sqlite', ['sqlite'], ['mongo-redis']],
    ['mongo-redis, sqlite', ['sqlite', 'mongo-redis'], []],
  ])('when TEST_BACKENDS is %j, then %j run and %j are left out', (text, chosen, leftOut) => {
    expect(chooseBackends(text)).toEqual({ chosen, leftOut });
  });

  it('when a name is misspelt, then it is refused and not silently left out', () => {
    expect(() => chooseBackends('sqlite,mongo')).toThrow("'mongo' is none of sqlite, mongo-redis");
  });
});

const file = (path: string, ...statuses: string[]) => ({
  name: path,
  status: statuses.includes('failed') || statuses.length === 0 ? 'failed' : 'passed',
  assertionResults: statuses.map((status) => ({ status })),
});
const filesOf = (...testResults: ReturnType<typeof file>[]) => readReport(JSON.stringify({ testResults }));

describe('makeMemoryFolder', () => {
  it('when it is asked, then it makes a folder for this run alone, and what a run that was killed left there goes', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'latchkey-memory-'));
    // No process has so large an id.
    await mkdir(join(parent, 'latchkey-suite-4194999'));
    await mkdir(join(parent, 'of-somebody-else'));

    const folder = makeMemoryFolder(parent);
    const names = await readdir(parent);
    await rm(parent, { recursive: true });

    // Where too little memory is free there is none.
    const own = folder === undefined ? [] : [`latchkey-suite-${process.pid}`];
    expect(names.sort()).toEqual([...own, 'of-somebody-else']);
  });

  it('when there is no such file system, then there is no folder', () => {
    expect(makeMemoryFolder(join(tmpdir(), 'absent'))).toBeUndefined();
  });
});

describe('the last line of a run', () => {
  it.each([
    [[file('a', 'passed', 'passed'), file('b', 'passed')], '3 passed, 0 failed'],
    [[file('a', 'passed', 'failed'), file('b', 'failed')], '1 passed, 2 failed'],
    [[file('a', 'passed'), file('could not be run')], '1 passed, 1 failed'],
    [[file('a', 'passed', 'pending', 'todo')], '1 passed, 0 failed, 2 skipped'],
  ])('when jest reports %j, then it is "%s"', (files, line) => {
    expect(summaryLine(sumOf(filesOf(...files)))).toBe(line);
  });
});

describe('a second run', () => {
  const first = filesOf(file('good', 'passed'), file('bad', 'failed', 'passed'), file('unsteady', 'failed'));

  it('given CI, when a few files failed, then they are run again; on a desk none is', () => {
    expect(filesToRunAgain(first, true)).toEqual(['bad', 'unsteady']);
    expect(filesToRunAgain(first, false)).toEqual([]);
  });

  it('when many files failed, then none is run again', () => {
    const many = filesOf(...['a', 'b', 'c', 'd'].map((path) => file(path, 'failed')));

    expect(filesToRunAgain(many, true)).toEqual([]);
  });

  it('when a file fails again, then the run has failed; the other is named as unsteady', () => {
    const second = filesOf(file('bad', 'failed', 'passed'), file('unsteady', 'passed'));

    expect(sumOf(withSecondRun(first, second))).toEqual({ passed: 3, failed: 1, skipped: 0 });
    expect(secondRunLines(second)).toMatch(
      /unsteady, which is a defect:\n {2}failed again: bad\n {2}passed: unsteady$/,
    );
  });

  it('given a file that could not be loaded again, when the results are joined, then it counts as failed', () => {
    expect(sumOf(withSecondRun(first, filesOf(file('unsteady', 'passed'))))).toMatchObject({ failed: 1 });
  });
});
