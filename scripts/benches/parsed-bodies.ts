/** The yardstick: what `JSON.parse` of one body costs in CPU when a process does nothing else. */
import { answerParent } from './child.ts';

/** What to read, and how often. */
export interface ParsedQuestion {
  readonly body: string;
  readonly count: number;
}

/** CPU of all threads of the process, user and system together, garbage collection too. */
export interface ParsedAnswer {
  readonly cpuMicroseconds: number;
}

answerParent<ParsedQuestion, ParsedAnswer>(async ({ body, count }) => {
  parse(body, Math.ceil(count / 5));
  const before = process.cpuUsage();
  const lines = parse(body, count);
  const { user, system } = process.cpuUsage(before);
  if (lines === 0) throw new Error('the body has no lines');
  return { cpuMicroseconds: (user + system) / count };
});

/** @returns how many lines there were, so that nothing is left out because nobody looks */
function parse(body: string, count: number): number {
  let lines = 0;
  for (let parsed = 0; parsed < count; parsed += 1) lines += JSON.parse(body).ls.length;
  return lines;
}
