import { z } from 'zod';
import type { DataSource } from '../../data-sources/data-source.ts';
import type { DataSourceSearch } from '../../data-sources/data-sources.ts';

/** What a search may ask about, by its name in a hit; of a text also below `.keyword`, where it is compared as a whole. */
const FIELDS = {
  datasource_id: ({ id }: DataSource) => id,
  name: ({ name }: DataSource) => name,
  sync_type: ({ syncType }: DataSource) => syncType,
  icon: ({ icon }: DataSource) => icon,
  isActive: ({ active }: DataSource) => String(active),
} as const;

type FieldName = keyof typeof FIELDS;

const FIELD = z.enum([
  'datasource_id',
  'datasource_id.keyword',
  'name',
  'name.keyword',
  'sync_type',
  'sync_type.keyword',
  'icon',
  'icon.keyword',
  'isActive',
]);
const SORTABLE = z.enum(['datasource_id', 'datasource_id.keyword', 'name', 'name.keyword']);
const DIRECTION = z.enum(['asc', 'desc']);
const VALUE = z.union([z.string().max(500), z.boolean()]);
/** Clients of this kind of search may send much; nobody needs more here. */
const MOST_CLAUSES = 20;
const MOST_VALUES = 100;

const oneOf = <Key extends z.core.$ZodRecordKey, Value extends z.ZodType>(key: Key, value: Value) =>
  z.partialRecord(key, value).refine((named) => Object.keys(named).length === 1, 'must name one field');

const CLAUSE = z.union([
  z.strictObject({ match_all: z.strictObject({}) }),
  z.strictObject({ term: oneOf(FIELD, z.union([VALUE, z.strictObject({ value: VALUE })])) }),
  z.strictObject({ terms: oneOf(FIELD, z.array(VALUE).min(1).max(MOST_VALUES)) }),
  z.strictObject({ match: oneOf(FIELD, z.union([VALUE, z.strictObject({ query: VALUE })])) }),
]);
const CLAUSES = z.union([CLAUSE, z.array(CLAUSE).max(MOST_CLAUSES)]);
const BOOL = z.strictObject({ bool: z.strictObject({ must: CLAUSES.optional(), filter: CLAUSES.optional() }) });
const SORT = z.union([SORTABLE, oneOf(SORTABLE, z.union([DIRECTION, z.strictObject({ order: DIRECTION })]))]);

/** The body of a search, as far as a small collection can answer it; what it cannot is refused, and not passed over. */
export const SOURCE_SEARCH = z
  .strictObject({
    query: z.strictObject({
      sort: z
        .union([SORT, z.array(SORT).max(1)])
        .optional()
        .describe('By `datasource_id.keyword` or `name.keyword`; one of them.'),
      size: z.int().min(0).max(10_000).default(10),
      from: z.int().min(0).max(10_000).default(0),
      track_total_hits: z.union([z.boolean(), z.int()]).optional().describe('The total is always exact.'),
      query: z
        .union([CLAUSE, BOOL])
        .optional()
        .describe('`match_all`, `term`, `terms`, `match`, or a `bool` of them with `must` and `filter`.'),
    }),
  })
  .meta({ id: 'DataSourceSearch' });

type Clause = z.output<typeof CLAUSE>;
type Sort = z.output<typeof SORT>;

/** A search, and whether its hits tell by what they are sorted. */
export interface ReadSearch extends DataSourceSearch {
  readonly sorted: boolean;
}

/** @returns what is searched for */
export function readSearch({ query: asked }: z.output<typeof SOURCE_SEARCH>): ReadSearch {
  const [sort] = asked.sort === undefined ? [] : [asked.sort].flat();
  const clauses = clausesOf(asked.query).filter((clause) => !('match_all' in clause));
  const tests = clauses.map(testOf);
  return {
    ...orderOf(sort),
    sorted: sort !== undefined,
    skip: asked.from,
    limit: asked.size,
    ...(tests.length > 0 && { matches: (source) => tests.every((test) => test(source)) }),
  };
}

function clausesOf(query: Clause | z.output<typeof BOOL> | undefined): readonly Clause[] {
  if (query === undefined) return [];
  if (!('bool' in query)) return [query];
  const { must = [], filter = [] } = query.bool;
  return [must, filter].flat();
}

/** @returns in which order; without being asked for any, as their ids are */
function orderOf(sort: Sort | undefined): Pick<DataSourceSearch, 'order' | 'descending'> {
  const [field, order] = typeof sort === 'string' || sort === undefined ? [sort, 'asc'] : onlyEntry(sort);
  const direction = typeof order === 'string' ? order : order?.order;
  return { order: field?.startsWith('name') ? 'name' : 'id', descending: direction === 'desc' };
}

/** @returns whether a data source is as one clause asks */
function testOf(clause: Clause): (source: DataSource) => boolean {
  if ('match_all' in clause) return () => true;
  if ('terms' in clause) return isOneOf(...onlyEntry(clause.terms));
  if ('term' in clause) {
    const [field, asked] = onlyEntry(clause.term);
    return isOneOf(field, [typeof asked === 'object' ? asked.value : (asked ?? '')]);
  }
  const [field, asked] = onlyEntry(clause.match);
  const value = typeof asked === 'object' ? asked.query : (asked ?? '');
  return field === 'name' ? hasAWordOf(String(value)) : isOneOf(field, [value]);
}

function isOneOf(field: string, values: readonly (string | boolean)[] = []): (source: DataSource) => boolean {
  const wanted = new Set(values.map(String));
  // Safe: the schema lets only these names in, with or without the ending.
  const read = FIELDS[field.replace(/\.keyword$/, '') as FieldName];
  return (source) => wanted.has(read(source));
}

/** As a text field is searched: without regard to case, any word is enough. */
function hasAWordOf(text: string): (source: DataSource) => boolean {
  const wanted = new Set(wordsOf(text));
  return ({ name }) => wordsOf(name).some((word) => wanted.has(word));
}

const wordsOf = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

/** The one member of an object that has one: its schema has seen to that. */
function onlyEntry<Value>(named: Readonly<Partial<Record<string, Value>>>): readonly [string, Value | undefined] {
  return Object.entries(named)[0] ?? ['', undefined];
}
