import { AlreadyExists, StaleEntityTag } from './store-errors.ts';

/** What a commit meets when somebody else was faster. */

/**
 * Makes a change to what was missing when it was read, within `untilUndisturbed`: made by somebody else meanwhile, it is a
 * disturbance like every other, and all is read again.
 * @throws StaleEntityTag
 */
export async function staleWhenTaken<T>(change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (error instanceof AlreadyExists) throw new StaleEntityTag(error.collection, 'made meanwhile', { cause: error });
    throw error;
  }
}

/** Makes a change of background work; when something of it was changed at this moment, the next round reads it again. */
export async function unlessChanged(change: () => Promise<void>): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (!(error instanceof StaleEntityTag)) throw error;
  }
}
