import { join } from 'node:path';
import type { Environment } from '../../../src/config/read-settings.ts';
import { cuttableWay } from './cuttable-way.ts';

/** The network between one process and some servers of this machine. */
export interface CuttablePorts {
  /** To be added to the settings of the process that is to be cut off. */
  readonly settings: Environment;
  /** From now on nothing comes through to these servers, and nothing says so: connections stay open and are silent. */
  cut(ports: readonly number[]): void;
  /** What was under way arrives, late. */
  heal(): void;
  close(): Promise<void>;
}

const PRELOAD = join(import.meta.dirname, 'reroute-ports.ts');

/** Opens a way to each of the ports that can be cut. */
export async function cuttablePorts(ports: readonly number[]): Promise<CuttablePorts> {
  const ways = await Promise.all(ports.map(async (port) => ({ port, way: await cuttableWay(port) })));
  const routes = Object.fromEntries(ways.map(({ port, way }) => [port, way.port]));
  return {
    settings: { NODE_OPTIONS: `--import=${PRELOAD}`, TEST_PORT_ROUTES: JSON.stringify(routes) },
    cut: (chosen) => {
      for (const { port, way } of ways) if (chosen.includes(port)) way.silence();
    },
    heal: () => {
      for (const { way } of ways) way.mend();
    },
    close: async () => void (await Promise.all(ways.map(({ way }) => way.close()))),
  };
}
