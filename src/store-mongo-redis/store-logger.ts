/** Where the back-end says what an operator should know; a pino logger fits. Never given a value or an address with credentials. */
export interface StoreLogger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** Says nothing. */
export const SILENT_LOGGER: StoreLogger = { info: () => {}, warn: () => {}, error: () => {} };
