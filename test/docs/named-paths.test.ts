import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..', '..');
const pagesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const PAGES = [...pagesIn('.'), ...pagesIn('docs'), ...pagesIn(join('docs', 'decisions'))];
const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** Folders of the repository that a page may name; `<name>` in a path stands for any. */
const NAMED_PATH = /`((?:src|test|scripts|docs|\.ci)\/[A-Za-z0-9_./-]+)`/g;
/** A link to a heading of this page or of another one. */
const LINK_TO_HEADING = /\]\((?!https?:)(?<target>[^)#]*)#(?<heading>[^)]+)\)/g;
const LINK = /\]\((?!https?:)(?<target>[^)#]+)(?:#[^)]*)?\)/g;

describe('the pages', () => {
  it.each(PAGES.map((page) => [page]))('when %s names a path of the repository, then it is there', (page) => {
    const named = [...textOf(page).matchAll(NAMED_PATH)].map(([, path = '']) => path);

    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it.each(PAGES.map((page) => [page]))('when %s links to another page, then that is there', (page) => {
    const targets = [...textOf(page).matchAll(LINK)].map(({ groups }) => groups?.['target'] ?? '');

    expect(targets.filter((target) => !existsSync(join(ROOT, page, '..', target)))).toEqual([]);
  });

  it.each(PAGES.map((page) => [page]))('when %s links to a heading, then that is there', (page) => {
    const links = [...textOf(page).matchAll(LINK_TO_HEADING)].map(({ groups }) => ({
      to: groups?.['target'] ? join(page, '..', groups['target']) : page,
      heading: groups?.['heading'] ?? '',
    }));

    expect(links.filter(({ to, heading }) => to.endsWith('.md') && !headingsOf(to).has(heading))).toEqual([]);
  });

  it('when docs/architecture.md lists the rooms, then it lists those that there are', () => {
    const rooms = readdirSync(join(ROOT, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'server' && entry.name !== 'doors')
      .map(({ name }) => name);
    const doors = readdirSync(join(ROOT, 'src', 'doors'));
    const [, floors = ''] = textOf(join('docs', 'architecture.md')).split('## Four floors');
    const [rows = ''] = floors.split('## One exchange');
    const listed = [...rows.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);

    expect(listed.sort()).toEqual([...rooms, ...doors].sort());
  });
});

/** The names under which a page's headings are linked to: as the places that show it make them. */
function headingsOf(page: string): ReadonlySet<string> {
  const headings = [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => text);
  return new Set(
    headings.map((text) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_\- ]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
