import { SYSTEM_CLOCK } from '../../src/clock/clock.ts';
import { insert } from '../../src/store/changes.ts';
import { openSqliteStore } from '../../src/store-sqlite/open-sqlite-store.ts';
import { CONTRACT_COLLECTIONS, givenWidget, WIDGETS } from '../contract/contract-collections.ts';

// Run as a process of its own: commits pairs without end and writes the ids of each pair once it has been answered.
const [, , file = ''] = process.argv;
const store = await openSqliteStore({ file, clock: SYSTEM_CLOCK, collections: CONTRACT_COLLECTIONS });

for (;;) {
  const pair = [givenWidget({ ownerId: 'pairs' }), givenWidget({ ownerId: 'pairs' })];
  await store.commit(pair.map((widget) => insert(WIDGETS, widget)));
  process.stdout.write(`${pair.map(({ id }) => id).join(' ')}\n`);
}
