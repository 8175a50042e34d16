import { randomUUID } from 'node:crypto';
import { defineCollection, type Entity } from '../../src/store/collection.ts';
import { firstEntityTag } from '../../src/store/entity-tag.ts';

/** What is made once and never replaced, as revocations are. */
export interface Mark extends Entity {
  readonly text: string;
}

/** Immutable, so a watcher may hear of them by the fastest way. */
export const MARKS = defineCollection<Mark>()('marks', {
  fields: { id: 'string', entityTag: 'string', text: 'string' },
  indexes: {},
  followed: true,
  immutable: true,
});

/** @returns a mark that nobody else has */
export const givenMark = (): Mark => ({ id: randomUUID(), entityTag: firstEntityTag(), text: 'made once' });
