/** How far a reader has come with the lines of one instance: by writer, the number of the last batch it has read. */
export type SpoolPosition = Readonly<Record<string, number>>;

/** Lines in one piece, for who has them so. */
export interface JoinedLines {
  /** UTF-8, with a line end between each. */
  readonly bytes: Buffer;
  /** How many. */
  readonly lines: number;
}

/** Lines of one instance that one process took in together. */
export interface SpooledBatch {
  /** One process, or a part of its life. */
  readonly writer: string;
  /** Grows from batch to batch of a writer, in the order in which they become readable; not by one. */
  readonly number: number;
  /** When they were taken in, milliseconds; of one writer never earlier than the batch before. */
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
  /** Ends with the batch with which there are so many bytes. Default: 4 MiB. */
  readonly bytes?: number | undefined;
}

/** What was read, and where to go on. */
export interface SpoolPage {
  /** The oldest first, and of each writer in order. */
  readonly batches: readonly SpooledBatch[];
  /** Names the writers of which something is kept, and no others. */
  readonly position: SpoolPosition;
  /** Whether there was more when it was read. */
  readonly hasMore: boolean;
}

/** What is kept of one instance. */
export interface SpoolUsage {
  readonly bytes: number;
  /** When the oldest was taken in; `undefined`: nothing is kept. */
  readonly oldestAt: number | undefined;
}

/** What may go. */
export interface TrimBounds {
  /** What was taken in earlier goes, milliseconds. */
  readonly before: number;
  /** The oldest beyond so many bytes go. */
  readonly bytes: number;
  /** Nothing after it goes; absent: anything may. */
  readonly handedOver?: SpoolPosition | undefined;
}

/** How much is kept of each instance, when it is at its bound. */
export interface SpoolBounds {
  /** Of one instance, about. */
  readonly bytes: number;
  /**
   * @returns how far its lines were handed over: what comes after is kept, and `append` refuses when there is no more room.
   * Absent: nobody waits for them, and the oldest make room.
   */
  readonly handedOver?: ((instanceId: string) => Promise<SpoolPosition>) | undefined;
}

/** So many bytes are read at once, when the reader does not say. */
export const PAGE_BYTES = 4 * 1024 * 1024;

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
  append(instanceId: string, lines: readonly string[] | JoinedLines): Promise<void>;
  /** @returns batches and where to go on; no batch twice, none left out, whoever writes meanwhile */
  read(instanceId: string, request: SpoolRequest): Promise<SpoolPage>;
  /** The instances of which anything is kept. */
  instances(): Promise<readonly string[]>;
  /** @param after counts only what came after it; the oldest is the oldest that is kept all the same */
  usage(instanceId: string, after?: SpoolPosition): Promise<SpoolUsage>;
  /** Removes what may go, in bounded pieces; what is written meanwhile stays. */
  trim(instanceId: string, bounds: TrimBounds): Promise<void>;
  /** Removes all lines of an instance that is no more. */
  remove(instanceId: string): Promise<void>;
  /** Writes what waits, and ends. */
  close(): Promise<void>;
}
