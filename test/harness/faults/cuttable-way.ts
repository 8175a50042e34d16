import { createConnection, createServer, type Socket } from 'node:net';

/** The network between a process of this machine and one server of it. */
export interface CuttableWay {
  /** Where to connect instead of to the server. */
  readonly port: number;
  /** Ends every connection and lets no new one through, as a machine that is gone does. */
  cut(): void;
  /** Lets nothing through and says so to nobody, as a broken network does; what is under way arrives when it is mended. */
  silence(): void;
  mend(): void;
  close(): Promise<void>;
}

type Ends = readonly [client: Socket, server: Socket];

/** Opens a way to a port of this machine that can be cut. */
export async function cuttableWay(serverPort: number): Promise<CuttableWay> {
  const open = new Set<Ends>();
  let state: 'open' | 'cut' | 'silent' = 'open';
  const listener = createServer({ pauseOnConnect: true }, (client) => {
    if (state === 'cut') return void client.destroy();
    const ends: Ends = [client, createConnection({ port: serverPort, host: '127.0.0.1' })];
    open.add(ends);
    for (const socket of ends) {
      socket
        .on('error', () => undefined)
        .on('close', () => {
          open.delete(ends);
          destroyBoth(ends);
        });
    }
    if (state === 'open') join(ends);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port was given');
  return {
    port: address.port,
    cut() {
      state = 'cut';
      for (const ends of open) destroyBoth(ends);
    },
    silence() {
      state = 'silent';
      for (const ends of open) part(ends);
    },
    mend() {
      if (state === 'silent') for (const ends of open) join(ends);
      state = 'open';
    },
    async close() {
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      for (const ends of open) destroyBoth(ends);
      await closed;
    },
  };
}

function join([client, server]: Ends): void {
  client.pipe(server).pipe(client);
}

/** What comes stays with the kernel until they are joined again. */
function part([client, server]: Ends): void {
  client.unpipe(server).pause();
  server.unpipe(client).pause();
}

function destroyBoth([client, server]: Ends): void {
  client.destroy();
  server.destroy();
}
