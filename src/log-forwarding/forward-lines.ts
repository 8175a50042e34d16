import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../clock/clock.ts';
import type { Spool, SpoolPosition } from '../spool/spool.ts';
import type { Lease, Store } from '../store/store.ts';
import { LeaseLost } from '../store/store-errors.ts';
import { type HandOvers, handOversIn } from './hand-over.ts';
import { type LogSink, SinkFailure } from './log-sink.ts';

/** What the forwarder knows of its work, for metrics. */
export interface ForwardingFacts {
  /** Whether this process forwards; the numbers below are of that one alone. */
  readonly isHolder: boolean;
  readonly linesSent: number;
  readonly failures: number;
  /** Of what waits, all instances together, as last seen. */
  readonly lagBytes: number;
  /** Of the oldest line that waits. */
  readonly lagMilliseconds: number;
}

/** Hands lines over until it is closed. */
export interface Forwarder {
  facts(): ForwardingFacts;
  /** Gives up what is being sent, and the lease. */
  close(): Promise<void>;
}

/** What the forwarder stands on. */
export interface ForwarderParts {
  readonly store: Store;
  readonly spool: Pick<Spool, 'read' | 'instances' | 'usage'>;
  readonly sink: LogSink;
  readonly clock: Clock;
  /** Told of the first failure after a success, and of what fails apart from the sink. */
  readonly onError: (cause: unknown) => void;
  /** How often it looks for lines, at the soonest. Default: 1,000 ms. */
  readonly lookMilliseconds?: number;
  /** The first pause after a failure; it doubles up to 64 times. Default: 500 ms. */
  readonly pauseMilliseconds?: number;
  readonly leaseMilliseconds?: number;
}

const LEASE_NAME = 'log-forwarding';
/** After a crash another goes on this much later; one that lapses by mistake costs a post that comes twice. */
const LEASE_MILLISECONDS = 5_000;
const LOOK_MILLISECONDS = 1_000;
/** Many idle instances are looked at the less often. */
const LOOK_MILLISECONDS_EACH = 5;
const PAUSE_MILLISECONDS = 500;
const LONGEST_DOUBLING = 6;
/** Of one post: so many lines, or bytes, and at most a batch more. */
const POST_LINES = 1_000;
const POST_BYTES = 1024 * 1024;

/** How it went with one instance. */
interface Progress {
  /** As recorded: only the holder of the lease changes it. */
  position: SpoolPosition | undefined;
  failures: number;
  notBefore: number;
  lagBytes: number;
  lagMilliseconds: number;
}

/**
 * Follows the lines of all instances and hands them over, those of one instance in order. One process does it, under a
 * lease. How far it came is recorded after the sink has answered: a crash repeats a post and loses none.
 */
export function forwardLines(parts: ForwarderParts): Forwarder {
  const { store, leaseMilliseconds = LEASE_MILLISECONDS, onError } = parts;
  const closing = new AbortController();
  const round = roundOver(parts, handOversIn(store));
  let isHolder = false;

  const work = async (lease: Lease): Promise<void> => {
    const lost = new AbortController();
    const renewal = setInterval(() => {
      lease.renew(leaseMilliseconds).then(
        (held) => held || lost.abort(),
        () => undefined,
      );
    }, leaseMilliseconds / 3);
    renewal.unref();
    const signal = AbortSignal.any([closing.signal, lost.signal]);
    isHolder = true;
    round.begin();
    try {
      while (!signal.aborted) await round.go(lease, signal);
    } finally {
      isHolder = false;
      clearInterval(renewal);
      await lease.release().catch(onError);
    }
  };
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      try {
        const lease = await store.lease(LEASE_NAME, leaseMilliseconds);
        if (lease !== undefined) await work(lease);
      } catch (cause) {
        if (!(cause instanceof LeaseLost) && !closing.signal.aborted) onError(cause);
      }
      await quietly(pause(LOOK_MILLISECONDS, undefined, { signal: closing.signal, ref: false }));
    }
  };
  const running = run();
  return {
    facts: () => ({ isHolder, ...round.facts() }),
    async close() {
      closing.abort();
      await running;
    },
  };
}

function roundOver(parts: ForwarderParts, handOvers: HandOvers) {
  const { spool, clock, onError, lookMilliseconds = LOOK_MILLISECONDS, pauseMilliseconds = PAUSE_MILLISECONDS } = parts;
  const progresses = new Map<string, Progress>();
  let linesSent = 0;
  let failures = 0;
  let inARow = 0;

  const failed = async (progress: Progress, cause: SinkFailure, signal: AbortSignal): Promise<void> => {
    failures += 1;
    // One line, and not one for each try: the metric goes on counting.
    if (progress.failures === 0) onError(cause);
    progress.failures += 1;
    inARow = cause.refused ? 0 : inARow + 1;
    const pauseAfter = (count: number): number => {
      const doubled = pauseMilliseconds * 2 ** Math.min(count - 1, LONGEST_DOUBLING);
      return Math.max(doubled * (0.5 + Math.random()), cause.pauseMilliseconds);
    };
    progress.notBefore = performance.now() + pauseAfter(progress.failures);
    // The sink itself is away: no other lines are better off. Where it took others in between, it is these lines that it cannot
    // read, however often they failed: they must not hold up all accounts (poison message).
    if (inARow > 0) await quietly(pause(pauseAfter(inARow), undefined, { signal, ref: false }));
  };
  /** @returns whether there may be more */
  const handOver = async (instanceId: string, lease: Lease, signal: AbortSignal): Promise<boolean> => {
    const progress = progressOf(progresses, instanceId);
    if (progress.notBefore > performance.now()) return false;
    progress.position ??= await handOvers.positionOf(instanceId);
    const after = progress.position;
    const { batches, position, hasMore } = await spool.read(instanceId, {
      after,
      lines: POST_LINES,
      bytes: POST_BYTES,
    });
    progress.lagBytes = 0;
    progress.lagMilliseconds = 0;
    const [oldest] = batches;
    if (oldest === undefined) {
      // What failed was removed with its instance, or by hand: tried again at once, without end, it would be looked for in a circle.
      progress.failures = 0;
      return false;
    }
    progress.lagMilliseconds = clock.now() - oldest.at;
    progress.lagBytes = (await spool.usage(instanceId, after)).bytes;
    const lines = batches.flatMap((batch) => batch.lines.map((line) => namingInstance(line, instanceId)));
    try {
      await sendInParts(parts.sink, lines, signal);
    } catch (cause) {
      if (signal.aborted) return false;
      if (!(cause instanceof SinkFailure)) throw cause;
      await failed(progress, cause, signal);
      return false;
    }
    await handOvers.record(instanceId, position, clock.now(), lease);
    progress.position = position;
    linesSent += lines.length;
    inARow = 0;
    progress.failures = 0;
    return hasMore;
  };

  /** Until the first of those that failed may be tried again. */
  const untilRetry = (): number =>
    [...progresses.values()]
      .filter((progress) => progress.failures > 0)
      .reduce((least, { notBefore }) => Math.min(least, Math.max(0, notBefore - performance.now())), Infinity);

  return {
    /** To be called with a new lease: another may have forwarded meanwhile. */
    begin: () => progresses.clear(),
    async go(lease: Lease, signal: AbortSignal): Promise<void> {
      const instances = await spool.instances();
      const kept = new Set(instances);
      for (const instanceId of progresses.keys()) if (!kept.has(instanceId)) progresses.delete(instanceId);
      let hasMore = false;
      for (const instanceId of instances) {
        if (signal.aborted) return;
        hasMore = (await handOver(instanceId, lease, signal)) || hasMore;
      }
      const look = Math.max(lookMilliseconds, instances.length * LOOK_MILLISECONDS_EACH);
      const wait = Math.min(look, untilRetry());
      if (!hasMore) await quietly(pause(wait, undefined, { signal, ref: false }));
    },
    facts() {
      const all = [...progresses.values()];
      const lagBytes = all.reduce((sum, progress) => sum + progress.lagBytes, 0);
      const lagMilliseconds = all.reduce((most, progress) => Math.max(most, progress.lagMilliseconds), 0);
      return { linesSent, failures, lagBytes, lagMilliseconds };
    },
  };
}

function progressOf(progresses: Map<string, Progress>, instanceId: string): Progress {
  const found = progresses.get(instanceId);
  if (found !== undefined) return found;
  const made: Progress = { position: undefined, failures: 0, notBefore: 0, lagBytes: 0, lagMilliseconds: 0 };
  progresses.set(instanceId, made);
  return made;
}

/** One sink takes the lines of all instances, so each says whose it is. Ids are UUIDs: there is nothing to escape. */
function namingInstance(line: string, instanceId: string): string {
  const rest = line.slice(1);
  return `{"instance":"${instanceId}"${rest.trimStart().startsWith('}') ? '' : ','}${rest}`;
}

/** Half of it at a time, where the sink takes no more at once; a single line that is too large is refused for good. */
async function sendInParts(sink: LogSink, lines: readonly string[], signal: AbortSignal): Promise<void> {
  try {
    await sink.send(lines, signal);
  } catch (cause) {
    if (!(cause instanceof SinkFailure) || !cause.tooLarge || lines.length === 1) throw cause;
    const middle = lines.length >> 1;
    await sendInParts(sink, lines.slice(0, middle), signal);
    await sendInParts(sink, lines.slice(middle), signal);
  }
}

const quietly = (work: Promise<unknown>): Promise<void> =>
  work.then(
    () => undefined,
    () => undefined,
  );
