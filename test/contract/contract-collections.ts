import { randomUUID } from 'node:crypto';
import { type Collection, defineCollection, type Entity } from '../../src/store/collection.ts';
import { firstEntityTag, nextEntityTag } from '../../src/store/entity-tag.ts';

/** An entity with every kind of field, present and absent. */
export interface Widget extends Entity {
  readonly ownerId: string;
  readonly name: string;
  readonly nickname?: string;
  readonly size: number;
  readonly createdAt: number;
  readonly enabled: boolean;
  readonly archived?: boolean;
  readonly weight?: number;
  readonly labels: readonly string[];
  readonly details?: { readonly colour: string; readonly parts: readonly { readonly count: number }[] };
}

/** Followed, with unique and ordered indexes. */
export const WIDGETS = defineCollection<Widget>()('contract_widgets', {
  fields: {
    id: 'string',
    entityTag: 'string',
    ownerId: 'string',
    name: 'string',
    nickname: 'string',
    size: 'integer',
    createdAt: 'integer',
    enabled: 'boolean',
    archived: 'boolean',
    weight: 'integer',
    labels: 'json',
    details: 'json',
  },
  indexes: {
    byName: { fields: ['ownerId', 'name'], unique: true },
    byNickname: { fields: ['nickname'], unique: true },
    byOwner: { fields: ['ownerId', 'createdAt', 'id'] },
    alphabetical: { fields: ['ownerId', 'name', 'id'] },
    byState: { fields: ['ownerId', 'enabled', 'size', 'id'] },
  },
  followed: true,
});

/** What vanishes after an instant. */
export interface Note extends Entity {
  readonly text: string;
  readonly expiresAt: number;
}

/** Not followed; written by `append`, removed by `deleteExpired`. */
export const NOTES = defineCollection<Note>()('contract_notes', {
  fields: { id: 'string', entityTag: 'string', text: 'string', expiresAt: 'integer' },
  indexes: { byExpiry: { fields: ['expiresAt', 'id'] } },
  expiresBy: 'expiresAt',
});

/** What `tally` writes. */
export interface Count extends Entity {
  readonly uses: number;
  readonly failures?: number;
  readonly lastUsedAt: number;
  readonly keyId: string;
}

/** Counters. */
export const COUNTS = defineCollection<Count>()('contract_counts', {
  fields: {
    id: 'string',
    entityTag: 'string',
    uses: 'integer',
    failures: 'integer',
    lastUsedAt: 'integer',
    keyId: 'string',
  },
  indexes: { byKey: { fields: ['keyId', 'id'] } },
});

// A back-end only prepares the collections by these definitions; it never writes an entity of one kind into another.
const widened = <T extends Entity>(collection: Collection<T>): Collection<Entity> =>
  collection as unknown as Collection<Entity>;

/** The collections that a back-end must know before the contract can be tried on it. */
export const CONTRACT_COLLECTIONS: readonly Collection<Entity>[] = [widened(WIDGETS), widened(NOTES), widened(COUNTS)];

/** @returns a widget nobody else has, with the values that the test cares about */
export function givenWidget(values: Partial<Widget> = {}): Widget {
  const id = randomUUID();
  return {
    id,
    entityTag: firstEntityTag(),
    ownerId: `owner-${id}`,
    name: `widget ${id}`,
    size: 1,
    createdAt: 1_700_000_000_000,
    enabled: true,
    labels: [],
    ...values,
  };
}

/** @returns the widget with these values and the tag that follows */
export function changed(widget: Widget, values: Partial<Widget> = {}): Widget {
  return { ...widget, ...values, entityTag: nextEntityTag(widget.entityTag) };
}

/** @returns a note nobody else has */
export function givenNote(values: Partial<Note> = {}): Note {
  return { id: randomUUID(), entityTag: firstEntityTag(), text: 'a note', expiresAt: 1_700_000_000_000, ...values };
}
