import { type QueryFilter, trusted } from 'mongoose';
import type { Collection, Entity, IndexDefinition, IndexValue } from '../store/collection.ts';
import type { Page, PageRequest, Reader } from '../store/store.ts';
import type { ReadOne } from './batched-reads.ts';
import { indexValue, type StoredDocument, storedField, toEntity } from './documents.ts';
import type { EntityModels } from './entity-models.ts';
import type { ReadGate } from './read-gate.ts';

type Filter = QueryFilter<StoredDocument>;

/** How the primary is read. */
export interface ReadingParts {
  readonly models: EntityModels;
  readonly gate: ReadGate;
  readonly readOne: ReadOne;
}

/** Reads one collection from the primary, as the majority has it. */
export function mongoReader<T extends Entity, Index extends string>(
  { models, gate, readOne }: ReadingParts,
  collection: Collection<T, Index>,
): Reader<T, Index> {
  const entityModel = models(collection.name);
  const { model, native } = entityModel;
  const entityOf = (document: Readonly<Record<string, unknown>> | null | undefined) =>
    document === null || document === undefined ? undefined : toEntity<T>(collection, document);

  return {
    // The two hottest reads go to the driver below mongoose: no casting is needed, `indexValue` lets no operator through.
    async get(id) {
      const value = String(indexValue(id));
      return entityOf(await readOne({ model: entityModel, field: 'id', index: '_id_', value }));
    },

    async find(index, values) {
      const { unique, fields } = definitionOf(collection, index);
      if (unique !== true) throw new TypeError(`${collection.name}.${index} is not unique`);
      if (values.length !== fields.length)
        throw new TypeError(`${collection.name}.${index} has ${fields.length} values`);
      const [field, ...further] = fields;
      const [value] = values;
      if (field !== undefined && value !== undefined && further.length === 0) {
        return entityOf(await readOne({ model: entityModel, field, index, value: indexValue(value) }));
      }
      const filter = equalTo(fields, values);
      return gate.read(async () => entityOf(await native.findOne(filter)));
    },

    async page(index, request) {
      const definition = definitionOf(collection, index);
      const filter = pageFilter(collection.name, definition, request);
      const direction = request.descending === true ? -1 : 1;
      const sort = Object.fromEntries(definition.fields.map((field) => [storedField(field), direction] as const));
      const rows = await gate.read(() =>
        model
          .find(filter)
          .sort(sort)
          .hint(index)
          .skip(request.skip ?? 0)
          .limit(request.limit + 1)
          .lean(),
      );
      return pageOf(collection, definition, request, rows);
    },

    async count(index, equals, limit) {
      const { fields, unique } = definitionOf(collection, index);
      const filter = { ...presence(fields, unique), ...equalTo(fields, equals) };
      return gate.read(() => model.countDocuments(filter, { limit, hint: index }));
    },
  };
}

function definitionOf<T extends Entity, Index extends string>(
  collection: Collection<T, Index>,
  index: Index,
): IndexDefinition<T> {
  const definition: IndexDefinition<T> | undefined = collection.indexes[index];
  if (definition === undefined) throw new TypeError(`${collection.name} has no index '${index}'`);
  return definition;
}

function equalTo(fields: readonly string[], values: readonly IndexValue[]): Record<string, IndexValue> {
  if (values.length > fields.length) throw new TypeError(`the index has ${fields.length} fields`);
  return Object.fromEntries(
    values.map((value, position) => [storedField(fields[position] ?? ''), indexValue(value)] as const),
  );
}

// A unique index holds only what has all its fields; saying so lets the planner use it.
function presence(fields: readonly string[], unique: boolean | undefined): Filter {
  if (unique !== true) return {};
  return Object.fromEntries(fields.map((field) => [storedField(field), trusted({ $exists: true })] as const));
}

/** The rows with this prefix that stand behind `after`: one branch for each field in which they may first differ. */
function pageFilter<T extends Entity>(
  name: string,
  { fields, unique }: IndexDefinition<T>,
  { equals, after, limit, descending }: PageRequest,
): Filter {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) throw new RangeError('a page has 1 to 1,000 rows');
  const prefix = { ...presence(fields, unique), ...equalTo(fields, equals) };
  if (after === undefined) return prefix;
  const rest = fields.slice(equals.length);
  if (after.length !== rest.length) throw new TypeError(`a cursor of ${name} has ${rest.length} values here`);
  const operator = descending === true ? '$lt' : '$gt';
  const branches = rest.map((field, position) => ({
    ...prefix,
    ...equalTo(rest, after.slice(0, position)),
    [storedField(field)]: trusted({ [operator]: indexValue(after[position] ?? '') }),
  }));
  return { $or: branches };
}

function pageOf<T extends Entity>(
  collection: Collection<T>,
  { fields }: IndexDefinition<T>,
  { equals, limit }: PageRequest,
  documents: readonly Readonly<Record<string, unknown>>[],
): Page<T> {
  const rows = documents.slice(0, limit).map((document) => toEntity<T>(collection, document));
  const last = documents[limit - 1];
  if (documents.length <= limit || last === undefined) return { rows, next: undefined };
  // Fields of an index are strings, integers and booleans (`FieldKind` other than json).
  const next = fields.slice(equals.length).map((field) => last[storedField(field)] as IndexValue);
  return { rows, next };
}
