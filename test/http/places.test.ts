import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { places } from '../../src/http/places.ts';

/** Lets a client in as often as it asks, at most `times`. @returns how often it was let in */
const fill = (work: ReturnType<typeof places>, client: string, times: number): number => {
  for (let count = 0; count < times; count += 1) {
    if (work.isFull(client, 0)) {
      work.shed(client);
      return count;
    }
    work.enter(client);
  }
  return times;
};

describe('places', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });
  const givenTime = () => {
    let now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    return { pass: (milliseconds: number) => (now += milliseconds) };
  };

  it('given a burst, when it is not too long, then all of it is let in', () => {
    const work = places();

    expect(fill(work, 'a', 1_000)).toBe(256);
  });

  it.each([
    ['3,000', 300, 300],
    ['1,000', 100, 256],
    ['10,000', 1_000, 512],
  ])(
    'given %s answers a second were given, when a burst comes, then as much is let in as is done in 100 ms, 256 to 512',
    (_, answers, most) => {
      const time = givenTime();
      const work = places();
      for (let count = 0; count < answers; count += 1) {
        fill(work, 'a', 1);
        work.leave('a');
      }
      time.pass(100);
      work.adapt();

      expect(fill(work, 'a', 1_000)).toBe(most);
    },
  );

  /** One client that asks for everything must not shut the others out. */
  it('given clients that flood, when another has 32 requests at once, then each of them is let in, and goes on being', () => {
    const work = places();
    for (const flood of ['a', 'b', 'c', 'd']) fill(work, flood, 1_000);

    expect(fill(work, 'honest', 32)).toBe(32);
    expect(fill(work, 'honest', 1)).toBe(0);
    for (let turn = 0; turn < 100; turn += 1) {
      work.leave('honest');
      fill(work, 'a', 1);
      expect(fill(work, 'honest', 1)).toBe(1);
    }
  });

  it('given a client of which much is shed, when all places are filled, then it has 16 of its own until little of it is', () => {
    const time = givenTime();
    const work = places();
    const tick = (): void => {
      time.pass(100);
      work.adapt();
    };
    fill(work, 'b', 256);
    for (let times = 0; times < 40; times += 1) fill(work, 'a', 33);
    for (let count = 0; count < 32; count += 1) work.leave('a');

    expect(fill(work, 'a', 32)).toBe(16);
    tick();
    expect(fill(work, 'a', 1)).toBe(0);
    tick();
    tick();
    expect(fill(work, 'a', 32)).toBe(16);
    expect(work.taken()).toBe(288);
  });

  it('given a queue that was long when the machine became slow, when an honest client asks, then it does not wait for the queue to end', () => {
    const time = givenTime();
    const work = places();
    for (const flood of ['a', 'b', 'c', 'd']) fill(work, flood, 1_000);
    time.pass(100);
    work.leave('a');
    work.adapt();

    expect(fill(work, 'honest', 32)).toBe(32);
  });

  /** Many addresses at once (a /48 of IPv6 has 65,536 networks) must not grow the queue without bound. */
  it('given 10,000 clients, when each asks for all it may have, then there are never more than 768 at work', () => {
    const work = places();

    for (let client = 0; client < 10_000; client += 1) fill(work, `client ${client}`, 40);

    expect(work.taken()).toBeLessThanOrEqual(768);
  });

  it('given work that is shed, when 200 are done in 100 ms, then as many as are done in 50 ms may wait, and when nothing is shed, a burst again', () => {
    const time = givenTime();
    const work = places({ unproven: 512 });
    fill(work, 'a', 1_000);
    time.pass(100);
    for (let count = 0; count < 200; count += 1) work.leave('a');

    work.adapt();

    expect(fill(work, 'a', 1_000)).toBe(0);
    for (let count = 0; count < 312; count += 1) work.leave('a');
    expect(fill(work, 'a', 1_000)).toBe(100);
    time.pass(100);
    work.adapt();
    time.pass(100);
    work.adapt();
    expect(work.taken() + fill(work, 'a', 1_000)).toBe(512);
  });

  it('given a machine that does next to nothing, when work is shed, then 64 may wait all the same', () => {
    const time = givenTime();
    const work = places();
    fill(work, 'a', 1_000);
    time.pass(100);
    for (let count = 0; count < 3; count += 1) work.leave('a');
    work.adapt();
    for (let count = 0; count < 253; count += 1) work.leave('a');

    expect(fill(work, 'a', 1_000)).toBe(64);
  });

  it('given answers that nobody takes, when they hold every place, then they are no work', () => {
    const work = places();
    fill(work, 'a', 1_000);

    expect(work.isFull('a', 0)).toBe(true);
    expect(work.isFull('b', 256)).toBe(false);
  });
});
