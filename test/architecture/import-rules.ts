import { DOMAIN_ARROWS, type Floor, MAIN_MAY_IMPORT, ONLY_FOR_SERVER, PACKAGE_ROOMS, ROOMS_APART } from './floors.ts';
import { arrowsOf, type House, packageImportsOf } from './house.ts';
import { type Room, roomOf } from './room-of.ts';

const HEIGHT: Readonly<Record<Exclude<Floor, 'main' | 'apart'>, number>> = {
  server: 4,
  door: 3,
  domain: 2,
  platform: 1,
};

/** @returns a complaint for every file of `src/` that is on no floor */
export function filesWithoutRoom({ tree }: House): string[] {
  return [...tree.keys()]
    .filter((path) => path.startsWith('src/') && roomOf(path) === undefined)
    .map((path) => `${path} is in no room: move it, or add its folder to test/architecture/floors.ts.`);
}

/** @returns a complaint for every import that points upwards, sideways without leave, or out of `src/` */
export function forbiddenArrows(house: House): string[] {
  return arrowsOf(house).flatMap(({ from, to }) => {
    if (!from.startsWith('src/')) return [];
    if (!to.startsWith('src/')) return [`${from} imports ${to}: code of the service imports nothing outside src/.`];
    const [importer, imported] = [roomOf(from), roomOf(to)];
    if (importer === undefined || imported === undefined || importer.name === imported.name) return [];
    const advice = whyNot(importer, imported);
    return advice === undefined ? [] : [`${from} imports ${to}: ${advice}`];
  });
}

/** @returns why one room may not import the other, and what to do; `undefined` when it may */
export function whyNot(importer: Room, imported: Room): string | undefined {
  if (importer.floor === 'main') {
    return MAIN_MAY_IMPORT.includes(imported.name) ? undefined : `src/main.ts may import ${listed(MAIN_MAY_IMPORT)}.`;
  }
  if (importer.floor === 'apart') {
    const allowed = ROOMS_APART[importer.name] ?? [];
    return allowed.includes(imported.name) ? undefined : `${importer.name}/ may import ${listed(allowed)}.`;
  }
  if (imported.floor === 'main' || imported.floor === 'apart')
    return `nothing of the service imports ${imported.name}.`;
  if (ONLY_FOR_SERVER.includes(imported.name) && importer.floor !== 'server') {
    return `only server/ chooses a back-end; use the port in store/.`;
  }
  return whyNotThisFloor(importer, imported, HEIGHT[importer.floor] - HEIGHT[imported.floor]);
}

function whyNotThisFloor(importer: Room, imported: Room, stepsDown: number): string | undefined {
  if (stepsDown < 0) {
    return `imports go downwards only (server, doors, domains, platform); move the code down, or pass it in from server/.`;
  }
  if (stepsDown > 0 || importer.floor === 'platform') return undefined;
  if (importer.floor === 'door') return 'a door never imports another; what both need belongs to a domain or to http/.';
  if (DOMAIN_ARROWS[importer.name]?.includes(imported.name)) return undefined;
  return `there is no arrow from ${importer.name} to ${imported.name}; it would be a decision: DOMAIN_ARROWS in test/architecture/floors.ts.`;
}

/** @returns a complaint for every relative import that leads to no file of the tree */
export function brokenArrows(house: House): string[] {
  return arrowsOf(house)
    .filter(({ to }) => !house.tree.has(to))
    .map(({ from, to }) => `${from} imports ${to}, which is no TypeScript file of this tree: write the path with .ts.`);
}

/** @returns a complaint for every `import(…)` whose target only a run can tell */
export function unreadableImports({ importsOf }: House): string[] {
  return [...importsOf]
    .filter(([path, { unreadable }]) => path.startsWith('src/') && unreadable > 0)
    .map(
      ([path]) => `${path} has an import() whose target is computed: write it as a string, so that it can be checked.`,
    );
}

/** @returns a complaint for every package that is not declared, or is imported where it does not belong */
export function forbiddenPackages(house: House): string[] {
  const { dependencies, developmentDependencies } = house;
  return packageImportsOf(house).flatMap(({ from, packageName }) => {
    const inSource = from.startsWith('src/');
    const declared = inSource ? dependencies : [...dependencies, ...developmentDependencies];
    if (!packageName.startsWith('node:') && !declared.includes(packageName)) {
      const where = inSource ? '"dependencies"' : '"dependencies" or "devDependencies"';
      return [`${from} imports ${packageName}, which is not in ${where} of package.json.`];
    }
    const rooms = PACKAGE_ROOMS[packageName];
    if (!inSource || rooms === undefined || rooms.some((room) => from.startsWith(`src/${room}/`))) return [];
    return [`${from} imports ${packageName}, which only ${listed(rooms)} may: keep it behind that room's own names.`];
  });
}

const listed = (names: readonly string[]): string => (names.length === 0 ? 'nothing' : names.join(' and '));
