import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Environment } from '../../../src/config/read-settings.ts';

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
  const ways = await Promise.all(ports.map(async (port) => ({ port, ...(await cuttableWay(port)) })));
  const routes = Object.fromEntries(ways.map(({ port, ownPort }) => [port, ownPort]));
  return {
    settings: { NODE_OPTIONS: `--import=${PRELOAD}`, TEST_PORT_ROUTES: JSON.stringify(routes) },
    cut: (chosen) => {
      for (const way of ways) if (chosen.includes(way.port)) way.cut();
    },
    heal: () => {
      for (const way of ways) way.heal();
    },
    close: async () => void (await Promise.all(ways.map((way) => way.close()))),
  };
}

async function cuttableWay(port: number) {
  const pairs = new Set<readonly [Socket, Socket]>();
  let isCut = false;
  const flow = ([client, server]: readonly [Socket, Socket]): void => {
    for (const socket of [client, server]) isCut ? socket.pause() : socket.resume();
  };
  const listener = createServer({ pauseOnConnect: true }, (client) => {
    const server = createConnection({ port, host: '127.0.0.1' });
    const pair = [client, server] as const;
    pairs.add(pair);
    const end = (): void => {
      client.destroy();
      server.destroy();
      pairs.delete(pair);
    };
    for (const [from, to] of [pair, [server, client] as const]) {
      from.on('data', (chunk: Buffer) => void to.write(chunk));
      from.on('error', end).on('close', end);
    }
    flow(pair);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const turn = (cut: boolean): void => {
    isCut = cut;
    for (const pair of pairs) flow(pair);
  };
  return {
    ownPort: portOf(listener),
    cut: () => turn(true),
    heal: () => turn(false),
    close: () =>
      new Promise<void>((resolve) => {
        listener.close(() => resolve());
        for (const pair of pairs) for (const socket of pair) socket.destroy();
      }),
  };
}

function portOf(listener: Server): number {
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port was given');
  return address.port;
}
