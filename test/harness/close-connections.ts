/** What `fetch` sends through, as far as it is used here (undici, "Dispatcher"). */
interface Dispatcher {
  readonly constructor: unknown;
  close(): Promise<void>;
}

/** Under which name the global one of Node 26 and that of Node 24 is kept. */
const PLACES = ['undici.globalDispatcher.2', 'undici.globalDispatcher.1'].map((name) => Symbol.for(name));

/**
 * Closes the connections on which `fetch` has no request under way; it makes new ones when it needs them. A service that
 * stops waits a second for what may be sent over each that is open: a test that knows that nothing comes need not wait.
 */
export function closeIdleConnections(): void {
  const outside = globalsOfFetch();
  for (const place of PLACES) {
    const dispatcher = outside[place];
    if (!isDispatcher(dispatcher)) continue;
    outside[place] = Reflect.construct(dispatcher.constructor, []);
    // Done when what is under way is; nobody waits for that.
    void dispatcher.close().catch(() => undefined);
    return;
  }
}

/** Jest gives tests globals of their own, without what `fetch` keeps in those that it was made with. */
function globalsOfFetch(): Record<symbol, unknown> {
  // Safe: every function's constructor makes functions, and this one returns the object of all globals.
  return Reflect.construct(fetch.constructor, ['return globalThis'])() as Record<symbol, unknown>;
}

// Instead of `instanceof`: its class is Node's own and not to be had.
const isDispatcher = (value: unknown): value is Dispatcher & { constructor: new () => Dispatcher } =>
  typeof value === 'object' && value !== null && 'close' in value && typeof value.constructor === 'function';
