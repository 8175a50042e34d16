import { readdir, readFile, readlink } from 'node:fs/promises';

/** @returns the ids of the processes that `pid` has started, and they in turn; none where there is no `/proc` */
export async function descendantsOf(pid: number): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '')),
  );
  const children = lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
  return [...children, ...(await Promise.all(children.map(descendantsOf))).flat()];
}

/** @returns the ids of the processes of a service that answer requests: its workers, or itself when it has none */
export async function answeringProcesses(pid: number): Promise<readonly number[]> {
  const workers = await descendantsOf(pid);
  return workers.length === 0 ? [pid] : workers;
}

/**
 * Tells which of several processes that share a port has taken a connection: it alone holds the socket.
 * @returns `undefined` when none of them has it (yet)
 */
export async function holderOf(
  connection: { readonly serverPort: number; readonly clientPort: number },
  pids: readonly number[],
): Promise<number | undefined> {
  const inode = await serverSocketOf(connection);
  if (inode === undefined) return undefined;
  for (const pid of pids) if (await holds(pid, `socket:[${inode}]`)) return pid;
  return undefined;
}

// The columns of /proc/net/tcp, see proc(5): addresses are hexadecimal, the tenth column is the inode.
async function serverSocketOf({ serverPort, clientPort }: { serverPort: number; clientPort: number }) {
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0');
  const table = await readFile('/proc/net/tcp', 'utf8').catch(() => '');
  for (const line of table.split('\n')) {
    const [, local = '', remote = '', , , , , , , inode] = line.trim().split(/\s+/);
    if (local.endsWith(`:${hex(serverPort)}`) && remote.endsWith(`:${hex(clientPort)}`)) return inode;
  }
  return undefined;
}

async function holds(pid: number, socket: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const files = await readdir(folder).catch(() => []);
  const links = await Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => '')));
  return links.includes(socket);
}
