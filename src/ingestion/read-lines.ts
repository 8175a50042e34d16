import { setTimeout as pause } from 'node:timers/promises';
import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import type { Clock } from '../clock/clock.ts';
import { NotFound } from '../problems/entity-problems.ts';
import { Overloaded } from '../problems/request-problems.ts';
import { serviceNamed } from '../resource-catalog/catalog.ts';
import { instanceOf } from '../resource-instances/existing-instance.ts';
import { instanceTarget, type ResourceInstance } from '../resource-instances/resource-instance.ts';
import type { Spool } from '../spool/spool.ts';
import type { Store } from '../store/store.ts';
import { AT_THE_BEGINNING, type LinesPlace, positionOf, takeLines } from './lines-place.ts';

/** Which lines are wanted. */
export interface LinesRequest {
  /** Kept at or after this instant, milliseconds; absent: from the oldest. */
  readonly from?: number | undefined;
  /** Kept before this instant; absent: to the youngest. */
  readonly to?: number | undefined;
  /** Lines at most. */
  readonly limit: number;
  /** Where the answer before ended. */
  readonly place?: LinesPlace | undefined;
}

/** Lines, the oldest first, and where the next ones begin. */
export interface ReadLines {
  /** Each a JSON object as text. */
  readonly lines: readonly string[];
  readonly place: LinesPlace;
}

/** How new lines are waited for. */
export interface FollowOptions {
  /** Proves the caller again: what was taken back meanwhile must not be answered. @throws as the first time */
  readonly prove: () => Promise<Caller>;
  /** Ends the waiting: the client is gone. */
  readonly signal: AbortSignal;
}

/** Reads what was kept of an instance. Every function: @throws NotFound, AccessDenied. */
export interface LogLines {
  /** @param name of the instance: its id or its CRN */
  read(caller: Caller, name: string, request: LinesRequest): Promise<ReadLines>;
  /**
   * The same, and while there is none it waits, for at most 25 s; it ends at once when the service stops.
   * @throws Overloaded  as many wait already as may
   */
  follow(caller: Caller, name: string, request: LinesRequest, options: FollowOptions): Promise<ReadLines>;
}

/** What reading stands on. */
export interface LogLinesParts {
  readonly store: Store;
  readonly access: Access;
  readonly spool: Pick<Spool, 'read'>;
  readonly clock: Clock;
  /** When the service stops. */
  readonly stopping: AbortSignal;
  /** Default: 25,000 ms, less than proxies wait for an answer. */
  readonly waitMilliseconds?: number;
}

const WAIT_MILLISECONDS = 25_000;
/** Between two looks: the first soon, because lines seldom come alone. */
const FIRST_LOOK_MILLISECONDS = 100;
const LONGEST_LOOK_MILLISECONDS = 1_000;
/** Who waits holds one of the few hundred places of the overload guard; these leave most of them to others. */
const MOST_WAITING = 32;
const MOST_WAITING_OF_ACCOUNT = 8;

/** @returns the lines of the instances of `store` */
export function logLinesIn(parts: LogLinesParts): LogLines {
  const { spool, clock, stopping, waitMilliseconds = WAIT_MILLISECONDS } = parts;
  const waiting = waitingRoom();

  const readOnce = async (instanceId: string, { from, to, limit, place = AT_THE_BEGINNING }: LinesRequest) => {
    const since = Math.max(from ?? 0, place.since);
    // Those that were read of a batch come again with it.
    const lines = place.partial.reduce((sum, { taken }) => sum + taken, limit);
    const page = await spool.read(instanceId, { after: positionOf(place), from: since, to, lines });
    // Nothing at or after `to` was looked at: the place must not pass it.
    const now = Math.min(clock.now(), to ?? Number.POSITIVE_INFINITY);
    return takeLines(page, { place, limit, now });
  };

  return {
    async read(caller, name, request) {
      const { id } = await readableInstance(parts, caller, name);
      return readOnce(id, request);
    },
    async follow(caller, name, request, { prove, signal }) {
      const { id } = await readableInstance(parts, caller, name);
      const first = await readOnce(id, request);
      if (first.lines.length > 0 || (request.to ?? Number.POSITIVE_INFINITY) <= clock.now()) return first;
      const leave = waiting.enter(caller.accountId);
      try {
        const ended = AbortSignal.any([signal, stopping]);
        const endsAt = performance.now() + waitMilliseconds;
        let { place } = first;
        for (let look = FIRST_LOOK_MILLISECONDS; performance.now() < endsAt && !ended.aborted; look *= 1.5) {
          const rest = Math.max(0, endsAt - performance.now());
          const milliseconds = Math.min(look, LONGEST_LOOK_MILLISECONDS, rest);
          await pause(milliseconds, undefined, { signal: ended }).catch(() => undefined);
          const found = await readOnce(id, { ...request, place });
          place = found.place;
          if (found.lines.length === 0) continue;
          await readableInstance(parts, await prove(), name);
          return found;
        }
        return { lines: [], place };
      } finally {
        leave();
      }
    },
  };
}

async function readableInstance(
  { store, access }: Pick<LogLinesParts, 'store' | 'access'>,
  caller: Caller,
  name: string,
): Promise<ResourceInstance> {
  const instance = await instanceOf(store, caller.accountId, name);
  const read = serviceNamed(instance.service)?.instances?.logLines?.read;
  await access.require(caller, read ?? 'resource-controller.instance.retrieve', instanceTarget(instance));
  if (read === undefined) throw new NotFound('The service of the resource instance takes no log lines.');
  return instance;
}

function waitingRoom(): { enter(accountId: string): () => void } {
  const ofAccounts = new Map<string, number>();
  let all = 0;
  return {
    enter(accountId) {
      const own = ofAccounts.get(accountId) ?? 0;
      if (all >= MOST_WAITING || own >= MOST_WAITING_OF_ACCOUNT) {
        throw new Overloaded('As many requests wait for new lines as may. Ask without follow, or again later.');
      }
      all += 1;
      ofAccounts.set(accountId, own + 1);
      return () => {
        all -= 1;
        const left = (ofAccounts.get(accountId) ?? 1) - 1;
        if (left === 0) ofAccounts.delete(accountId);
        else ofAccounts.set(accountId, left);
      };
    },
  };
}
