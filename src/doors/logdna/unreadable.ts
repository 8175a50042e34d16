/** Stands for a value that is there and cannot be taken; an absent one is `undefined`. */
export const UNREADABLE = Symbol('unreadable');

/** The type of the one value. */
export type Unreadable = typeof UNREADABLE;
