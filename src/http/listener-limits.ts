/** What one connection, and all of them together, may take. */
export interface ListenerLimits {
  /** From a connection's or request's first moment to its last header (slow loris). Default: 9000 ms, checked each 1000. */
  readonly headersMilliseconds: number;
  /** To the last byte of the body. Default: 14000 ms, checked each 1000. */
  readonly requestMilliseconds: number;
  /** From the last header to the last byte of the body (slow body). Default: 5000 ms, checked each 1000. */
  readonly bodyMilliseconds: number;
  /** For a client to take a whole answer, after its last request (slow reading). Default: 20000 ms, checked each 1000. */
  readonly unreadMilliseconds: number;
  /** Between two requests; longer than the usual idle time of load balancers (60 s). Default: 65000 ms. */
  readonly keepAliveMilliseconds: number;
  /** Default: 16384 bytes. */
  readonly headerBytes: number;
  /** Default: 128. */
  readonly headers: number;
  /** Default: 10000; further ones are closed at once. */
  readonly connections: number;
  /** Of one client (an IPv4 address, or 64 bits of IPv6). Default: 1024; further ones are closed at once. */
  readonly connectionsPerClient: number;
  /** Requests sent ahead on one connection. Default: 32. */
  readonly ahead: number;
}

/** What a listener is given that names no limits. */
export const DEFAULT_LIMITS: ListenerLimits = {
  headersMilliseconds: 9000,
  requestMilliseconds: 14_000,
  bodyMilliseconds: 5000,
  unreadMilliseconds: 20_000,
  keepAliveMilliseconds: 65_000,
  headerBytes: 16 * 1024,
  headers: 128,
  connections: 10_000,
  connectionsPerClient: 1024,
  ahead: 32,
};
