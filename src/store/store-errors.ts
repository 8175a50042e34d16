/** An inserted id, or a unique index value, is taken. */
export class AlreadyExists extends Error {
  readonly collection: string;

  constructor(collection: string, options?: ErrorOptions) {
    super(`${collection}: the id or a unique value is taken`, options);
    this.name = 'AlreadyExists';
    this.collection = collection;
  }
}

/** The entity of a `replace`, `remove` or `expect` is gone or has another tag. */
export class StaleEntityTag extends Error {
  readonly collection: string;
  readonly id: string;

  constructor(collection: string, id: string, options?: ErrorOptions) {
    super(`${collection}/${id}: changed or removed since it was read`, options);
    this.name = 'StaleEntityTag';
    this.collection = collection;
    this.id = id;
  }
}

/** The lease under which a commit was asked for has gone to another holder. */
export class LeaseLost extends Error {
  constructor(name: string, options?: ErrorOptions) {
    super(`the lease '${name}' is held by another`, options);
    this.name = 'LeaseLost';
  }
}
