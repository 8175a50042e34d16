import type { IndexValue } from '../store/collection.ts';
import { type StoredDocument, storedField } from './documents.ts';
import type { EntityModel } from './entity-models.ts';
import type { ReadGate } from './read-gate.ts';

/** What is looked for: one document by the value of one unique field. */
export interface SingleRead {
  readonly model: EntityModel;
  /** Of the definition; `id`, or the one field of a unique index. */
  readonly field: string;
  /** The index that has it. */
  readonly index: string;
  /** Checked by `indexValue`: here it would be an operator too. */
  readonly value: IndexValue;
}

/**
 * Reads one document of the primary. What is asked for in one turn of the event loop, and while earlier calls are under
 * way, is read in one call: for random keys of many, a call for each cost the service and MongoDB half as much again as
 * the exchange. Whoever asks is never answered by a call that was sent before.
 * @throws StoreUnavailable
 */
export type ReadOne = (wanted: SingleRead) => Promise<StoredDocument | undefined>;

/** Calls under way at once, for each index; a slow one does not hold up the next. */
const CALLS_UNDER_WAY = 2;
const ASKERS_PER_CALL = 100;

interface Asker {
  readonly value: IndexValue;
  readonly resolve: (document: StoredDocument | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** What waits for a call on one index of one collection. */
interface Queue {
  readonly wanted: Omit<SingleRead, 'value'>;
  /** In the order in which they asked. A list: see `entity-cache.ts`. */
  readonly waiting: Asker[];
  underWay: number;
  isTurnAwaited: boolean;
}

/** @returns reads in which nothing waits; one a store */
export function batchedReads(gate: ReadGate): ReadOne {
  const queues = new Map<string, Queue>();

  const send = (queue: Queue): void => {
    while (queue.waiting.length > 0 && queue.underWay < CALLS_UNDER_WAY) {
      const asked = queue.waiting.splice(0, ASKERS_PER_CALL);
      queue.underWay += 1;
      void answer(gate, queue.wanted, asked).finally(() => {
        queue.underWay -= 1;
        send(queue);
      });
    }
  };

  return ({ value, ...wanted }) => {
    const name = `${wanted.model.collection.name} ${wanted.index}`;
    const queue = queues.get(name) ?? { wanted, waiting: [], underWay: 0, isTurnAwaited: false };
    queues.set(name, queue);
    if (!queue.isTurnAwaited) {
      queue.isTurnAwaited = true;
      setImmediate(() => {
        queue.isTurnAwaited = false;
        send(queue);
      });
    }
    return new Promise((resolve, reject) => {
      queue.waiting.push({ value, resolve, reject });
    });
  };
}

async function answer(gate: ReadGate, wanted: Queue['wanted'], asked: readonly Asker[]): Promise<void> {
  const field = storedField(wanted.field);
  try {
    const values = [...new Set(asked.map(({ value }) => value))];
    const documents = await gate.read(() => documentsWith(wanted, field, values));
    // The field is part of a unique index, so it is there, and what `indexValue` lets through.
    const found = new Map(documents.map((document) => [document[field] as IndexValue, document] as const));
    for (const { value, resolve } of asked) resolve(found.get(value));
  } catch (error) {
    for (const { reject } of asked) reject(error);
  }
}

/** Below mongoose: no casting is needed. */
function documentsWith(
  { model, index }: Queue['wanted'],
  field: string,
  values: readonly IndexValue[],
): Promise<readonly StoredDocument[]> {
  const [first] = values;
  const filter = { [field]: values.length === 1 ? first : { $in: values } };
  // All of them come with the first answer, and nothing is left open behind it.
  const options = { hint: index, limit: values.length, batchSize: values.length, singleBatch: true };
  return model.native.find(filter, options).toArray();
}
