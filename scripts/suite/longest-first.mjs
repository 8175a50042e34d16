/**
 * The order of the test files (jest, `testSequencer`): those that start services and servers again and again come first,
 * because one of them, left to the end, keeps the other worker waiting. Within each part the larger file first.
 */
const LONG = ['/test/scripts/', '/test/faults/', '/test/server/', '/test/store-mongo-redis/', '/test/clients/'];

/** @param {{ path: string }} test */
const placeOf = ({ path }) => {
  const place = LONG.findIndex((folder) => path.includes(folder));
  return place === -1 ? LONG.length : place;
};

/** What jest asks of a sequencer; nothing is kept from run to run. */
// biome-ignore lint/style/noDefaultExport: jest takes the default export.
export default class LongestFirst {
  /** @param {readonly { path: string, context: { hasteFS: { getSize(path: string): number | null } } }[]} tests */
  sort(tests) {
    const sizeOf = ({ path, context }) => context.hasteFS.getSize(path) ?? 0;
    return tests.toSorted((a, b) => placeOf(a) - placeOf(b) || sizeOf(b) - sizeOf(a) || a.path.localeCompare(b.path));
  }

  shard(tests) {
    return tests;
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}
}
