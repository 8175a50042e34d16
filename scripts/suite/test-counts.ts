/** How a run of the tests ended. */
export interface TestCounts {
  readonly passed: number;
  /** Failed tests, and files that could not be run at all. */
  readonly failed: number;
  /** Skipped tests, and those that are only announced. */
  readonly skipped: number;
}

/** How one file ended. */
export interface FileResult extends TestCounts {
  readonly path: string;
}

/** The parts of jest's `--json` report that are read here. */
interface JestReport {
  readonly testResults: readonly {
    readonly name: string;
    /** Also `failed` where the file could not be run, which has no assertions then. */
    readonly status: 'passed' | 'failed';
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** Reads jest's `--json` report, file by file. */
export function readReport(report: string): readonly FileResult[] {
  // Written by the jest of our own lock file a moment ago.
  const { testResults } = JSON.parse(report) as JestReport;
  return testResults.map(({ name, status, assertionResults }) => {
    const passed = assertionResults.filter((test) => test.status === 'passed').length;
    const failed = assertionResults.filter((test) => test.status === 'failed').length;
    return {
      path: name,
      passed,
      failed: status === 'failed' ? Math.max(failed, 1) : failed,
      skipped: assertionResults.length - passed - failed,
    };
  });
}

/** @returns the sum over all files */
export function sumOf(files: readonly FileResult[]): TestCounts {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of files) {
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
  }
  return sum;
}

/** @returns `12 passed, 0 failed`, and the skipped ones when there are any */
export function summaryLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}
