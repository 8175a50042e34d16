/** How far a reader has come with the lines of one instance: by writer, the number of the last batch it has read. */
export type SpoolPosition = Readonly<Record<string, number>>;

/** Lines of one instance that one process took in together. */
export interface SpooledBatch {
  /** The process; batches of one writer are numbered without gaps, and become readable in that order. */
  readonly writer: string;
  readonly number: number;
  /** When they were taken in, milliseconds. */
  readonly at: number;
  /** Each a JSON object as text, without line ends. */
  readonly lines: readonly string[];
}

/** What to read of the lines of an instance. */
export interface SpoolRequest {
  /** Only what came after it; absent: from the oldest that is kept. */
  readonly after?: SpoolPosition | undefined;
  /** Only batches taken in at or after this instant. */
  readonly from?: number | undefined;
  /** Only batches taken in before this instant. */
  readonly to?: number | undefined;
  /** Ends with the batch with which there are so many lines. */
  readonly lines: number;
}

/** What is kept of one instance. */
export interface SpoolUsage {
  readonly bytes: number;
  /** When the oldest was taken in; `undefined`: nothing is kept. */
  readonly oldestAt: number | undefined;
}

/**
 * Accepted log lines, until they are handed over or too old: a hand-over point, no database. Bounded for each instance by
 * age and bytes. Beside the transactional store, so that lines and keys do not wait for each other.
 */
export interface Spool {
  /**
   * Keeps lines; durable when it returns. What waits at the same time is written together.
   * @throws SpoolFull         the instance has as many bytes as it may, and none of them may go yet
   * @throws StoreUnavailable  it could not be written in time; it may be there all the same
   */
  append(instanceId: string, lines: readonly string[]): Promise<void>;
  /** @returns batches, of each writer in order, and where to go on; no batch twice, none left out, whoever writes meanwhile */
  read(
    instanceId: string,
    request: SpoolRequest,
  ): Promise<{ readonly batches: readonly SpooledBatch[]; readonly position: SpoolPosition }>;
  /** The instances of which anything is kept. */
  instances(): Promise<readonly string[]>;
  usage(instanceId: string): Promise<SpoolUsage>;
  /**
   * Removes what is older than `before`, and the oldest beyond `bytes`, in bounded pieces.
   * @param handedOver nothing after it goes; absent: anything may
   */
  trim(
    instanceId: string,
    bounds: { readonly before: number; readonly bytes: number; readonly handedOver?: SpoolPosition | undefined },
  ): Promise<void>;
  /** Removes all lines of an instance that is no more. */
  remove(instanceId: string): Promise<void>;
  /** Writes what waits, and ends. */
  close(): Promise<void>;
}
