import { describe, expect, it } from '@jest/globals';
import { chooseBackends } from '../../../scripts/suite/choose-backends.ts';
import { summaryLine, testCountsOf } from '../../../scripts/suite/test-counts.ts';

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

describe('the last line of a run', () => {
  const report = {
    numPassedTests: 12,
    numFailedTests: 1,
    numPendingTests: 0,
    numTodoTests: 0,
    numRuntimeErrorTestSuites: 0,
  };

  it.each([
    [{}, '12 passed, 1 failed'],
    [{ numRuntimeErrorTestSuites: 2 }, '12 passed, 3 failed'],
    [{ numPendingTests: 3, numTodoTests: 1 }, '12 passed, 1 failed, 4 skipped'],
  ])('when jest reports %j besides, then it is "%s"', (changes, line) => {
    expect(summaryLine(testCountsOf(JSON.stringify({ ...report, ...changes })))).toBe(line);
  });
});
