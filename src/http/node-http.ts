/**
 * Node's HTTP module, and not by `import`: an import makes a list of all its exports, whose getter `WebSocket` then loads
 * a whole HTTP client that the service never uses, at every start (23 ms of 250, and 5 MB).
 */
const nodeHttp = process.getBuiltinModule('node:http');

/** `createServer` of `node:http`. */
export const createServer = nodeHttp.createServer;

/** The reason phrase of every HTTP status (RFC 9110, section 15). */
export const STATUS_CODES: Readonly<Record<number, string | undefined>> = nodeHttp.STATUS_CODES;

/** `ServerResponse` of `node:http`, for connections that Node has handed out. */
export const ServerResponse = nodeHttp.ServerResponse;
/** One of them. */
export type ServerResponse = InstanceType<typeof nodeHttp.ServerResponse>;
