import { parseSync, printSync } from '@swc/core';
import { VENDOR_ROWS, VENDOR_VALUES, VENDOR_WORDS } from './floors.ts';
import type { House } from './house.ts';
import { roomOf } from './room-of.ts';

/** @returns a complaint for every file of `src/` but the doors that is named after another system */
export function vendorNames({ tree }: House): string[] {
  return [...tree.keys()].filter(isWatched).flatMap((path) => {
    const [word] = wordsIn(path.split('/').slice(1).join('/'));
    return word === undefined ? [] : [`${path} is named after a vendor ('${word}'): that belongs to a door.`];
  });
}

/**
 * @returns a complaint for every word of another system outside the doors, but in the rows that join them: in an identifier, a string
 * or a pattern; in a comment, unless it is in brackets, with the page by its title, as sources are cited
 */
export function vendorWords({ tree }: House): string[] {
  return [...tree]
    .filter(([path]) => isWatched(path))
    .flatMap(([path, source]) => {
      const inCode = wordsIn(codeOf(path, source)).map(
        (word) =>
          `${path} says '${word}' in its code: what belongs to another system belongs to its door; pass it in from server/.`,
      );
      const inComments = commentsOf(source).flatMap((comment) =>
        wordsIn(comment.replaceAll(CITATION, '')).map(
          (word) =>
            `${path} says '${word}' in a comment: cite the page by its title, in brackets, or say it in neutral words.`,
        ),
      );
      return [...new Set([...inCode, ...inComments])];
    });
}

/** A row's own file may name the door, and any file of the server may import from one. */
function isWatched(path: string): boolean {
  const floor = roomOf(path)?.floor;
  if (floor === undefined || floor === 'door') return false;
  return !VENDOR_ROWS.some((row) => path === row || (row.endsWith('/') && path.startsWith(row)));
}

function wordsIn(text: string): readonly string[] {
  return VENDOR_WORDS.flatMap((word) => text.match(word)?.[0] ?? []);
}

const IMPORTED_DOOR = /(["'])(?:\.\.?\/)+doors\/[^"']+\1/g;

/** Without comments, without the doors that are imported, and without the values that stay. */
function codeOf(path: string, source: string): string {
  // Printed from the tree, so that nothing that only looks like a comment or a string is taken for one.
  const { code } = printSync(parseSync(source, { syntax: 'typescript', target: 'es2024' }));
  const values = VENDOR_VALUES[path] ?? [];
  return values.reduce((text, value) => text.replaceAll(value, ''), code.replaceAll(IMPORTED_DOOR, ''));
}

// Formatted code has nothing before a comment of several lines, and a space before one that ends a line.
const COMMENTS = /^[ \t]*\/\*[\s\S]*?\*\/|(?:^|\s)\/\/ .*$/gm;
const CITATION = /\([^()]*\b(?:IBM|LogDNA|Ping|PingOne|Ivanti) [^()]*, [^()]*\)/g;

const commentsOf = (source: string): readonly string[] =>
  (source.match(COMMENTS) ?? []).map((comment) => comment.replaceAll(/\s*\n[ \t]*\*?[ \t]*/g, ' '));
