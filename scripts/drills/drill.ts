import type { Backend } from '../../test/harness/backends.ts';
import type { ServiceProcesses } from '../../test/harness/service-process.ts';

/** What a drill is run with. */
export interface DrillParts {
  readonly backend: Backend;
  /** How much of it: kills, bodies, keys or restarts. */
  readonly count: number;
  /** Workers of each node, where the drill has nodes. */
  readonly workers: number;
  /** Begins the random numbers, where the drill has any of its own. */
  readonly seed: number;
  /** Everything it starts is started here, and is ended by the caller. */
  readonly processes: ServiceProcesses;
  /** False once the time is over: the drill ends with what it has. */
  readonly mayGoOn: () => boolean;
  /** Says how far it is. */
  readonly progress: (line: string) => void;
}

/** What a drill came to. */
export interface DrillReport {
  /** What was done and measured, by name. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** A sentence for everything that must not be; empty when all is well. */
  readonly findings: readonly string[];
}

/** A way to break the service on purpose, with full counts. */
export interface Drill {
  readonly name: string;
  /** What it does and what it looks for. */
  readonly sentence: string;
  /** What `count` counts, and how much of it is full. */
  readonly counted: string;
  readonly fullCount: number;
  /** Where it makes sense on one back-end alone. */
  readonly onlyOn?: Backend;
  /** Workers of each node. Default: 1. */
  readonly workers?: number;
  run(parts: DrillParts): Promise<DrillReport>;
}
