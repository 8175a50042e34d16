import type { FileResult } from './test-counts.ts';

/** More files than these fail because of the code, not because the machine stood still for a moment. */
const MOST_FILES = 3;

/**
 * Which files of a run are run once more, alone: in CI, where a shared machine may stop for seconds, a few that failed. A
 * developer sees each failure at once.
 */
export function filesToRunAgain(files: readonly FileResult[], inCi: boolean): readonly string[] {
  const failed = files.filter((file) => file.failed > 0).map(({ path }) => path);
  return inCi && failed.length <= MOST_FILES ? failed : [];
}

/** @returns the results of `first`, but those of `second` for the files that were run again */
export function withSecondRun(first: readonly FileResult[], second: readonly FileResult[]): readonly FileResult[] {
  const again = new Map(second.map((file) => [file.path, file]));
  return first.map((file) => again.get(file.path) ?? file);
}

/** What is said of a second run, so that no failure goes unseen. */
export function secondRunLines(second: readonly FileResult[]): string {
  const lines = second.map(({ path, failed }) => `  ${failed > 0 ? 'failed again' : 'passed'}: ${path}`);
  return ['!!! FAILED, AND RUN ONCE MORE, alone; what passed then is unsteady, which is a defect:', ...lines].join(
    '\n',
  );
}
