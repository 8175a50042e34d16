/** How a run of the tests ended. */
export interface TestCounts {
  readonly passed: number;
  /** Failed tests, and files that could not be run at all. */
  readonly failed: number;
  /** Skipped tests, and those that are only announced. */
  readonly skipped: number;
}

/** The numbers of jest's `--json` report that are read here. */
interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

/** Reads jest's `--json` report. */
export function testCountsOf(report: string): TestCounts {
  // Written by the jest of our own lock file a moment ago.
  const counts = JSON.parse(report) as JestReport;
  return {
    passed: counts.numPassedTests,
    failed: counts.numFailedTests + counts.numRuntimeErrorTestSuites,
    skipped: counts.numPendingTests + counts.numTodoTests,
  };
}

/** @returns `12 passed, 0 failed`, and the skipped ones when there are any */
export function summaryLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}
