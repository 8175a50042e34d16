/** How many requests may be worked on at once. */
export interface PlaceLimits {
  /** While nothing is shed, and answers are given fast: a burst of so many is served. Default: 512. */
  readonly most?: number;
  /** While nothing is shed: a burst of so many is served, before it is known how fast. Default: 256. */
  readonly unproven?: number;
  /** While nothing is shed: so much work may wait, milliseconds, as fast as it was done lately. Default: 100. */
  readonly burstMilliseconds?: number;
  /** Never fewer: a slow machine is not overload. Default: 64. */
  readonly least?: number;
  /** While work is shed: so much work may wait, milliseconds. Default: 50. */
  readonly waitMilliseconds?: number;
  /** Whether the event loop is so late that no more than `least` may be let in. Default: never. */
  readonly isLate?: () => boolean;
}

/** Places for requests, divided among clients when there are not enough. */
export interface Places {
  /** Whether one more request of this client is too much. `unread`: places that are held by answers that nobody takes. */
  isFull(client: string, unread: number): boolean;
  enter(client: string): void;
  leave(client: string): void;
  /** Counts a request of this client that was shed. */
  shed(client: string): void;
  taken(): number;
  /** To be called about ten times a second: learns from what was done since the last time how many may wait. */
  adapt(): void;
}

/** Places that every client has, while there are not too many clients, whatever others ask for. */
const OWN_PLACES = 32;
/** Of a client of which more than that was shed in a tenth of a second: what it has beyond only makes all that is served late. */
const OWN_PLACES_OF_FLOODING = 16;
/** Clients of which it is counted how much was shed. */
const COUNTED_CLIENTS = 10_000;
/** The least that all clients share when each asks for all it may have. */
const LEAST_SHARED = 8 * OWN_PLACES;
/** All places together, never more. */
const HARD_LIMIT = 768;
const GROWTH = 1.25;
/** What is left of the speed that was seen a tenth of a second ago: half after 1.4 s. */
const REMEMBERED_SPEED = 0.95;

/**
 * Bounds waiting by its time and not only by its length. A burst fills what is done in `burstMilliseconds` and is worked off; but once
 * work is shed, only so much is let in as is done in `waitMilliseconds`, or everything that is served would be late.
 * A client (an IPv4 address, or 64 bits of IPv6) with few requests at once is let in when the others have filled these: or
 * one that floods would shut all others out. Its own places are 32, or its equal share of all where there are many clients; of one that
 * floods 16.
 */
export function places({
  most = 512,
  unproven = 256,
  burstMilliseconds = 100,
  least = 64,
  waitMilliseconds = 50,
  isLate = () => false,
}: PlaceLimits = {}): Places {
  const byClient = new Map<string, number>();
  const since = { at: performance.now(), left: 0, shed: 0 };
  /** How much of each client was shed since `adapt`, and between the last two. */
  let shedOf = new Map<string, number>();
  let shedBefore = new Map<string, number>();
  let taken = 0;
  /** Answers a millisecond, the most of lately: with little to do it cannot be seen. */
  let speed = 0;
  const burst = (): number => Math.min(most, Math.max(unproven, speed * burstMilliseconds));
  let open = burst();

  const soft = (): number => Math.min(most, isLate() ? least : open);
  const shared = (): number => Math.min(HARD_LIMIT, Math.max(LEAST_SHARED, 2 * soft()));
  return {
    isFull(client, unread) {
      const worked = taken - unread;
      if (worked < soft()) return false;
      const held = byClient.get(client) ?? 0;
      const shedLately = Math.max(shedOf.get(client) ?? 0, shedBefore.get(client) ?? 0);
      const bound = shedLately > OWN_PLACES ? OWN_PLACES_OF_FLOODING : OWN_PLACES;
      const own = Math.min(bound, soft(), Math.floor(shared() / (byClient.size + (held === 0 ? 1 : 0))));
      return held >= own || worked >= HARD_LIMIT;
    },
    enter(client) {
      taken += 1;
      byClient.set(client, (byClient.get(client) ?? 0) + 1);
    },
    leave(client) {
      taken -= 1;
      since.left += 1;
      const held = (byClient.get(client) ?? 1) - 1;
      if (held > 0) byClient.set(client, held);
      else byClient.delete(client);
    },
    shed(client) {
      since.shed += 1;
      const before = shedOf.get(client);
      if (before !== undefined || shedOf.size < COUNTED_CLIENTS) shedOf.set(client, (before ?? 0) + 1);
    },
    taken: () => taken,
    adapt() {
      const now = performance.now();
      const done = since.left / Math.max(1, now - since.at);
      speed = Math.max(done, speed * REMEMBERED_SPEED);
      const donePerWait = done * waitMilliseconds;
      if (since.shed === 0) open = burst();
      else if (since.left > 0 && taken > donePerWait) open = Math.max(least, donePerWait);
      else open = Math.min(burst(), open * GROWTH);
      Object.assign(since, { at: now, left: 0, shed: 0 });
      [shedOf, shedBefore] = [new Map(), shedOf];
    },
  };
}
