import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { newsAmongWorkers } from '../../../src/server/workers/news-among-workers.ts';
import { siblingNews } from '../../../src/server/workers/sibling-news.ts';
import { type Order, orderOf, reportOf } from '../../../src/server/workers/worker-messages.ts';
import { type News, type NewsWay, SIBLINGS_MILLISECONDS } from '../../../src/store-mongo-redis/news-way.ts';
import { newLogger } from '../../../src/telemetry/logger.ts';

const A: News = { collection: 'revocations', id: 'a', entity: { id: 'a', entityTag: '1-a' } };
const B: News = { collection: 'api_keys', id: 'b', entity: undefined };

/** A worker whose channel is the test's; messages cross it as JSON, one turn later, in order. */
interface GivenWorker {
  readonly way: NewsWay;
  readonly heard: News[];
  readonly batches: number[];
  /** Keeps what comes until it goes on. */
  stop(): void;
  goOn(): void;
  end(): void;
  /** One more beat of it is read. */
  beat(): void;
}

describe('news among the workers of a node', () => {
  const opened: NewsWay[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((way) => way.close())));

  it('when one tells, then it goes on only when all others have heard, and does not hear itself', async () => {
    const [one, two, three] = await givenWorkers();

    await one.way.tell([A, B]);

    expect([one.heard, two.heard, three.heard]).toEqual([[], [A, B], [A, B]]);
    expect(Object.isFrozen(two.heard[0]?.entity)).toBe(true);
  });

  it('when many commits tell in one turn, then they cross as one message', async () => {
    const [one, two] = await givenWorkers();

    await Promise.all(Array.from({ length: 100 }, () => one.way.tell([A])));

    expect(two.batches).toEqual([100]);
  });

  it('when there is nothing to tell, then nothing crosses', async () => {
    const [one, two] = await givenWorkers();
    await one.way.tell([]);
    expect(two.batches).toEqual([]);
  });

  it('when one does not hear, then it is waited for no longer than it may believe its memory, and it is counted', async () => {
    const [one, two, , among] = await givenWorkers();
    two.stop();

    await one.way.tell([A]);

    expect(two.heard).toEqual([]);
    expect(two.way.age()).toBeGreaterThan(SIBLINGS_MILLISECONDS);
    expect(among.late()).toBe(1);
  });

  /** Its request may be read before the news: then it must not believe its memory yet. */
  it('when it goes on, then it believes its memory only once it has heard what came meanwhile', async () => {
    const [one, two] = await givenWorkers();
    two.stop();
    await one.way.tell([A]);

    two.goOn();
    while (two.way.age() > SIBLINGS_MILLISECONDS) await pause(1);

    expect(two.heard).toEqual([A]);
  });

  it('when one has not heard for long, then nobody waits for it, and it does not believe its memory until it is told again', async () => {
    const [one, two] = await givenWorkers();
    two.stop();
    await one.way.tell([A]);
    await pause(3_000);
    const begunAt = performance.now();
    await one.way.tell([B]);
    expect(performance.now() - begunAt).toBeLessThan(SIBLINGS_MILLISECONDS);

    two.goOn();
    await pause(100);
    expect(two.heard).toEqual([A]);
    expect(two.way.age()).toBe(Number.POSITIVE_INFINITY);
    await one.way.tell([B]);
    expect(two.heard).toEqual([A, B]);
    while (two.way.age() > SIBLINGS_MILLISECONDS) await pause(5);
  }, 10_000);

  it('when one ends while it is waited for, then nobody waits any longer', async () => {
    const [one, two, , among] = await givenWorkers();
    two.stop();
    const telling = one.way.tell([A]);
    await pause(20);

    two.end();
    await telling;

    expect(among.late()).toBe(0);
  });

  /** Its end may be known before its last messages are read. */
  it('when a beat of one is read after its end, then nobody waits for it', async () => {
    const [one, two, , among] = await givenWorkers();
    two.stop();
    two.end();
    two.beat();

    await one.way.tell([A]);

    expect(among.late()).toBe(0);
  });

  it.each([
    { kind: 'news', number: 1, news: 'all' },
    { kind: 'news', number: 1, news: [{ collection: 'keys' }] },
    { kind: 'news', number: 1, news: [{ collection: 'keys', id: 'a', entity: { id: 'b', entityTag: '1-a' } }] },
    { kind: 'news', number: '1', news: [] },
  ])('when a message is none (%j), then it is passed over', (message) => {
    expect([orderOf(message), reportOf(message)]).toEqual([undefined, undefined]);
  });

  async function givenWorkers() {
    const among = newsAmongWorkers(newLogger({ level: 'silent' }));
    const open = async (worker: number): Promise<GivenWorker> => {
      const made = givenChannel(among, worker);
      const way = await siblingNews(made.channel)((news) => {
        made.batches.push(news.length);
        made.heard.push(...news);
      });
      opened.push(way);
      return { ...made, way };
    };
    return [await open(1), await open(2), await open(3), among] as const;
  }
});

function givenChannel(among: ReturnType<typeof newsAmongWorkers>, worker: number) {
  const arrived: string[] = [];
  const state = { isStopped: false, listen: (_: Order): void => undefined };
  const deliver = (): void => {
    while (!state.isStopped && arrived.length > 0) {
      const order = orderOf(JSON.parse(arrived.shift() ?? ''));
      if (order !== undefined) state.listen(order);
    }
  };
  const send = (order: Order): void => {
    arrived.push(JSON.stringify(order));
    setImmediate(deliver);
  };
  const first = among.join({ worker, pid: worker, send });
  const receive = (text: string): void => {
    const report = reportOf(JSON.parse(text));
    if (report?.kind === 'news') first.spread(report.number, report.news);
    else if (report?.kind === 'heard' || report?.kind === 'beat') first[report.kind](report.number);
  };
  return {
    heard: [] as News[],
    batches: [] as number[],
    channel: {
      report: (report: object) => void (state.isStopped || setImmediate(receive, JSON.stringify(report))),
      onOrder: (listener: (order: Order) => void) => {
        state.listen = listener;
      },
    },
    stop: () => {
      state.isStopped = true;
    },
    goOn: () => {
      state.isStopped = false;
      deliver();
    },
    end: first.left,
    beat: () => first.beat(1),
  };
}
