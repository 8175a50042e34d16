import type { Config } from '../../config/config.ts';

/** What every command is given. */
export interface CommandParts {
  readonly config: Config;
  /** Writes a line for the operator. */
  readonly say: (line: string) => void;
}
