/** One log line, whatever the form in which it was sent. What a sender leaves out is absent. */
export interface LogEntry {
  /** Of the event, milliseconds since the epoch. Default: when it is taken in. */
  readonly timestamp?: number | undefined;
  /** The line itself: text, or JSON as it was sent. */
  readonly text: string | Readonly<Record<string, unknown>>;
  readonly app?: string | undefined;
  readonly subsystem?: string | undefined;
  readonly host?: string | undefined;
  /** In the sender's own words: `INFO`, `error`. */
  readonly level?: string | undefined;
  /** What the sender says of where it comes from besides: `env`, `file`, `tags`. */
  readonly labels?: Readonly<Record<string, unknown>> | undefined;
  /** Whatever else the sender says of it. */
  readonly meta?: unknown;
}
