/** What is wrong with the environment: all of it at once, so that an operator mends it in one go. */
export class ConfigProblems extends Error {
  /** One sentence each; none holds the value of a secret. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    super(`The configuration has ${count}:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
    this.name = 'ConfigProblems';
    this.problems = problems;
  }
}
