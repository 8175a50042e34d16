import { posix } from 'node:path';
import { FORBIDDEN_FOLDERS, LINE_LIMIT } from './floors.ts';
import type { House } from './house.ts';

/** @returns a complaint for every file that is too long to be read in one go */
export function longFiles({ tree }: House): string[] {
  return [...tree].flatMap(([path, source]) => {
    const lines = source.split('\n').length - (source.endsWith('\n') ? 1 : 0);
    return lines <= LINE_LIMIT ? [] : [`${path} has ${lines} lines, more than ${LINE_LIMIT}: divide it by idea.`];
  });
}

/** @returns a complaint for every folder whose name says nothing */
export function emptyNames({ tree }: House): string[] {
  const folders = new Set([...tree.keys()].flatMap(foldersAbove));
  return [...folders]
    .filter((folder) => FORBIDDEN_FOLDERS.includes(posix.basename(folder)))
    .map((folder) => `${folder}/ says nothing about what is inside: name it after what it owns.`);
}

/** @returns a complaint for every `index.ts` */
export function barrels({ tree }: House): string[] {
  return [...tree.keys()]
    .filter((path) => posix.basename(path) === 'index.ts')
    .map((path) => `${path} is a barrel: import from the files themselves, and name a registry after what it lists.`);
}

function foldersAbove(path: string): string[] {
  const folder = posix.dirname(path);
  return folder === '.' ? [] : [folder, ...foldersAbove(folder)];
}
