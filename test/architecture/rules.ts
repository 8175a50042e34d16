import { barrels, emptyNames, longFiles } from './file-rules.ts';
import { findCircles } from './find-circles.ts';
import { arrowsOf, type House } from './house.ts';
import {
  brokenArrows,
  filesWithoutRoom,
  forbiddenArrows,
  forbiddenPackages,
  unreadableImports,
} from './import-rules.ts';
import { vendorNames, vendorWords } from './vendor-words.ts';

/** @returns one sentence for each breach, saying what to do; empty when the house is in order */
export type Rule = (house: House) => string[];

/** @returns a complaint for every circle of imports between files; imports of types count */
function circles(house: House): string[] {
  return findCircles(arrowsOf(house)).map(
    (circle) => `${circle.join(' → ')}: a circle of imports; move what both need into a file of its own.`,
  );
}

/** Every rule by its promise, as it stands in the test's name. */
export const RULES: Readonly<Record<string, Rule>> = {
  'every file is in a room of the plan': filesWithoutRoom,
  'imports go downwards, and sideways only along the table of arrows': forbiddenArrows,
  'every relative import leads to a file': brokenArrows,
  'every import can be read without running': unreadableImports,
  'there is no circle of imports': circles,
  'packages are declared and stay in their rooms': forbiddenPackages,
  'no file is longer than 300 lines': longFiles,
  'no folder has a name that says nothing': emptyNames,
  'there is no barrel': barrels,
  'nothing outside the doors is named after a vendor': vendorNames,
  'nothing outside the doors and their rows says a word of a vendor': vendorWords,
};
