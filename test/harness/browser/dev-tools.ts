/** The members of a message of the protocol, of any shape. */
export type Members = Readonly<Record<string, unknown>>;

/** A connection to the browser's DevTools protocol (chromedevtools.github.io/devtools-protocol). */
export interface DevTools {
  /** @throws Error with what the browser says against it */
  send(method: string, parameters?: Members, sessionId?: string): Promise<Members>;
  /** Tells of everything that happens in a session. */
  onEvent(sessionId: string, told: (method: string, parameters: Members) => void): void;
  close(): void;
}

/** Connects to a browser that has told where it listens. */
export async function connectDevTools(address: string): Promise<DevTools> {
  const socket = new WebSocket(address);
  const open = new Map<number, { resolve: (result: Members) => void; reject: (cause: Error) => void }>();
  const watchers = new Map<string, (method: string, parameters: Members) => void>();
  let last = 0;

  socket.addEventListener('message', ({ data }) => {
    const { id, method, params = {}, result = {}, error, sessionId } = JSON.parse(String(data));
    if (id === undefined) {
      watchers.get(sessionId)?.(method, params);
      return;
    }
    const asked = open.get(id);
    open.delete(id);
    if (error === undefined) asked?.resolve(result);
    else asked?.reject(new Error(error.message));
  });
  socket.addEventListener('close', () => {
    for (const { reject } of open.values()) reject(new Error('the browser is gone'));
    open.clear();
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error(`nobody answers at ${address}`)));
  });

  return {
    send: (method, params = {}, sessionId) =>
      new Promise((resolve, reject) => {
        last += 1;
        open.set(last, { resolve, reject });
        socket.send(JSON.stringify({ id: last, method, params, ...(sessionId !== undefined && { sessionId }) }));
      }),
    onEvent: (sessionId, told) => void watchers.set(sessionId, told),
    close: () => socket.close(),
  };
}
