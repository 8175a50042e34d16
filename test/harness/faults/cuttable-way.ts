import { createConnection, createServer, type Socket } from 'node:net';

/** The network between a process of this machine and one server of it. */
export interface CuttableWay {
  /** Where to connect instead of to the server. */
  readonly port: number;
  /** Ends every connection and lets no new one through, as a machine that is gone does. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Opens a way to a port of this machine that can be cut. */
export async function cuttableWay(serverPort: number): Promise<CuttableWay> {
  const open = new Set<Socket>();
  let isCut = false;
  const keep = (socket: Socket, other: Socket): void => {
    open.add(socket);
    socket
      .on('error', () => undefined)
      .on('close', () => {
        open.delete(socket);
        other.destroy();
      });
  };
  const listener = createServer((client) => {
    if (isCut) return void client.destroy();
    const server = createConnection({ port: serverPort, host: '127.0.0.1' });
    keep(client, server);
    keep(server, client);
    client.pipe(server).pipe(client);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port was given');
  const endAll = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: address.port,
    cut() {
      isCut = true;
      endAll();
    },
    mend() {
      isCut = false;
    },
    async close() {
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      endAll();
      await closed;
    },
  };
}
