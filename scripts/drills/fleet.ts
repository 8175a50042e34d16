import { join } from 'node:path';
import type { Environment } from '../../src/config/read-settings.ts';
import { type Backend, settingsOf } from '../../test/harness/backends.ts';
import { type Witness, workerWitnesses } from '../../test/harness/faults/witnesses.ts';
import type { ServiceProcess, ServiceProcesses } from '../../test/harness/service-process.ts';

/** Several nodes of one installation on this machine. */
export interface Fleet {
  readonly nodes: readonly ServiceProcess[];
  /** Every process that answers, to be asked directly. */
  readonly witnesses: readonly Witness[];
  /** Starts one more node, or one anew. */
  start(node: number): Promise<ServiceProcess>;
  /** Stops every node that was there from the start. */
  stop(): Promise<void>;
}

/** What a fleet is made of. */
export interface FleetParts {
  readonly processes: ServiceProcesses;
  readonly backend: Backend;
  readonly nodes: number;
  /** Of each node. Default: 1. */
  readonly workers?: number;
  /** Beside those of the back-end. */
  readonly settings?: Environment;
  /** What one node has of its own, by its number from 0. */
  readonly settingsOfNode?: (node: number) => Environment;
}

const MANY_FAILURES_ALLOWED = { LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '0', LATCHKEY_LOG_LEVEL: 'error' };

/** Starts the nodes; the first alone, because it makes the installation. */
export async function startFleet(parts: FleetParts): Promise<Fleet> {
  const { processes, backend, nodes: count, workers = 1, settingsOfNode } = parts;
  const dataFolder = join(await processes.folder(), 'data');
  // The issuer is one for all, whichever ports they have.
  const settings: Environment = {
    ...settingsOf(backend),
    LATCHKEY_PUBLIC_URL: 'http://keys.test',
    ...MANY_FAILURES_ALLOWED,
    ...(workers > 1 && { LATCHKEY_WORKERS: String(workers) }),
    ...parts.settings,
  };
  const start = (node: number) => processes.start({ settings: { ...settings, ...settingsOfNode?.(node) }, dataFolder });
  const nodes = [await start(0)];
  const rest = Array.from({ length: count - 1 }, (_, position) => start(position + 1));
  nodes.push(...(await Promise.all(rest)));

  const asked = await Promise.all(nodes.map((service, node) => workerWitnesses(service, node, { workers })));
  return {
    nodes,
    witnesses: asked.flatMap(({ witnesses }) => witnesses),
    start,
    async stop() {
      for (const { close } of asked) close();
      await Promise.all(nodes.map((service) => service.stop()));
    },
  };
}
