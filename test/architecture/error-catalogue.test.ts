import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROBLEM_CODES } from '../../src/problems/problem-codes.ts';

const PAGE = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'errors.md'), 'utf8');
const HEADING = /^## `(?<code>[^`]*)`$/;

/** The page by heading: code → the lines below it. A code that stands twice is in the list twice. */
const sections = PAGE.split(/^(?=## )/m)
  .slice(1)
  .map((section) => ({ code: HEADING.exec(section.split('\n')[0] ?? '')?.groups?.['code'] ?? section, section }));

describe('docs/errors.md', () => {
  it('when its headings are compared with the codes, then each code has exactly one, in the same order', () => {
    expect(sections.map(({ code }) => code)).toEqual([...PROBLEM_CODES]);
  });

  it.each(PROBLEM_CODES.map((code) => [code]))(
    'when %s is looked up, then it says when, how to fix and what is related',
    (code) => {
      const section = sections.find((candidate) => candidate.code === code)?.section ?? '';

      expect(section).toMatch(/^\*\*When\.\*\* \S/m);
      expect(section).toMatch(/^\*\*Fix\.\*\* \S/m);
      expect(section).toMatch(/^\*\*Related\.\*\* \S/m);
    },
  );

  it('when a section names a related code, then that code exists', () => {
    const named = [...PAGE.matchAll(/\]\(#(?<code>[^)]*)\)/g)].map(({ groups }) => groups?.['code']);

    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((code) => !PROBLEM_CODES.some((known) => known === code))).toEqual([]);
  });
});
