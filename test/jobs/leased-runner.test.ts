import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Job, type LeasedRunner, leasedRunner } from '../../src/jobs/leased-runner.ts';
import { insert } from '../../src/store/changes.ts';
import type { Lease, Store } from '../../src/store/store.ts';
import { givenWidget, WIDGETS } from '../contract/contract-collections.ts';
import { givenSqliteStore, type SqliteStoreUnderTest } from '../store-sqlite/given-sqlite-store.ts';

/** Longer than any test: rounds are begun by hand. */
const NEVER_MILLISECONDS = 1_000_000;
/** After a holder died, another goes on this much later. */
const LEASE_SECONDS = 15;

describe('leasedRunner', () => {
  let subject: SqliteStoreUnderTest;
  let runners: LeasedRunner[];
  let failures: string[];
  let ran: string[];

  const job = (name: string, run: (under: Lease) => Promise<void> = async () => undefined): Job => ({
    name,
    everyMilliseconds: 0,
    run: async (under) => {
      ran.push(name);
      await run(under);
    },
  });
  const givenRunner = (store: Store, jobs: readonly Job[]): LeasedRunner => {
    const runner = leasedRunner({
      store,
      jobs,
      tickMilliseconds: NEVER_MILLISECONDS,
      onError: (name, cause) => failures.push(`${name}: ${cause instanceof Error ? cause.name : cause}`),
    });
    runners.push(runner);
    return runner;
  };

  beforeEach(async () => {
    [runners, failures, ran] = [[], [], []];
    subject = await givenSqliteStore();
  });
  afterEach(async () => {
    await Promise.all(runners.map((runner) => runner.close()));
    await subject.dispose();
  });

  describe('given two processes of one store', () => {
    it('when both have work, then one does it', async () => {
      const [one, other] = [
        givenRunner(subject.store, [job('one')]),
        givenRunner(await subject.another(), [job('other')]),
      ];

      const held = [await one.runDue(), await other.runDue(), await one.runDue(), await other.runDue()];

      expect(held).toEqual([true, false, true, false]);
      expect(ran).toEqual(['one', 'one']);
    });

    it('when the holder ends, then the other goes on at once', async () => {
      const [one, other] = [
        givenRunner(subject.store, [job('one')]),
        givenRunner(await subject.another(), [job('other')]),
      ];
      await one.runDue();

      await one.close();

      expect(await other.runDue()).toBe(true);
    });

    it('when the holder dies, then the other goes on when its lease has ended, and not before', async () => {
      const [one, other] = [
        givenRunner(subject.store, [job('one')]),
        givenRunner(await subject.another(), [job('other')]),
      ];
      await one.runDue();

      await subject.letSecondsPass(LEASE_SECONDS - 1);
      expect(await other.runDue()).toBe(false);
      await subject.letSecondsPass(2);

      expect(await other.runDue()).toBe(true);
    });

    /** A process that was paused for a minute must not go on with what another has taken over. */
    it('when the holder slept through its lease, then what it commits is refused, and it does no more', async () => {
      const otherStore = await subject.another();
      const other = givenRunner(otherStore, [job('other')]);
      const widget = givenWidget();
      const one = givenRunner(subject.store, [
        job('slept', async (under) => {
          await subject.letSecondsPass(LEASE_SECONDS + 1);
          await other.runDue();
          await subject.store.commit([insert(WIDGETS, widget)], { under });
        }),
        job('never'),
      ]);

      await one.runDue();

      expect(ran).toEqual(['slept', 'other']);
      expect(failures).toEqual(['slept: LeaseLost']);
      expect(await otherStore.read(WIDGETS).get(widget.id)).toBeUndefined();
      expect(await one.runDue()).toBe(false);
    });
  });

  it('given a job that fails, when a round is run, then it is reported, the others run, and the next round tries again', async () => {
    const runner = givenRunner(subject.store, [job('bad', () => Promise.reject(new RangeError('no'))), job('good')]);

    await runner.runDue();
    await runner.runDue();

    expect(ran).toEqual(['bad', 'good', 'bad', 'good']);
    expect(failures).toEqual(['bad: RangeError', 'bad: RangeError']);
  });

  it('given a job that is not due, when a round is run, then it is left out', async () => {
    const runner = givenRunner(subject.store, [{ ...job('hourly'), everyMilliseconds: 3_600_000 }, job('always')]);

    await runner.runDue();
    await runner.runDue();

    expect(ran).toEqual(['hourly', 'always', 'always']);
  });

  it('given a job under way, when the runner is closed, then it ends after that job, and runs no other', async () => {
    let finish = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      const long = job('long', () => {
        resolve();
        return new Promise((done) => {
          finish = done;
        });
      });
      void givenRunner(subject.store, [long, job('next')]).runDue();
    });
    await begun;

    let isClosed = false;
    const closing = runners[0]?.close().then(() => {
      isClosed = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isClosed).toBe(false);
    finish();
    await closing;

    expect(ran).toEqual(['long']);
  });

  it('given a short tick, when nobody asks, then it runs by itself', async () => {
    let told = (): void => undefined;
    const twice = new Promise<void>((resolve) => {
      told = resolve;
    });
    runners.push(
      leasedRunner({
        store: subject.store,
        jobs: [job('ticking', async () => void (ran.length === 2 && told()))],
        tickMilliseconds: 5,
        onError: (name) => failures.push(name),
      }),
    );

    await twice;

    expect(failures).toEqual([]);
  });
});
