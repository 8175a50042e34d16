import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { settingsOf } from '../../harness/backends.ts';
import { describeOn } from '../../harness/describe-on.ts';
import { verdictOf, type Witness, workerWitnesses } from '../../harness/faults/witnesses.ts';
import { type ServiceProcess, serviceProcesses } from '../../harness/service-process.ts';
import { untilReady, workersOf } from '../../harness/service-workers.ts';

const TOKEN_ROUNDS = 200;
const KEY_ROUNDS = 60;
/** Shorter and longer than a commit waits, and than a process goes on without having heard its own heartbeat. */
const STOPS_MILLISECONDS = [100, 450, 600, 900, 1_300];
/** What a commit waits for its siblings, and what a busy machine may add. */
const ANSWERED_MILLISECONDS = 500 + 1_500;

const processes = serviceProcesses();
afterAll(processes.removeAll);

/** On SQLite every worker asks the file, so nothing has to be told. `TEST_BACKENDS=sqlite` leaves this out, and says so. */
describeOn('mongo-redis', 'three workers of one node, on MongoDB and Redis', () => {
  let service: ServiceProcess;
  let adminKey: string;
  let workers: Awaited<ReturnType<typeof workerWitnesses>>;
  let stopped: number | undefined;

  beforeAll(async () => {
    service = await processes.start({
      settings: { ...settingsOf('mongo-redis'), LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '0' },
      workers: 3,
    });
    await untilReady(service, 3);
    adminKey = await service.adminKey();
    workers = await workerWitnesses(service, 0, { workers: 3, connections: 2 });
  });
  afterAll(() => workers?.close());
  afterEach(goOn);

  it(`when ${TOKEN_ROUNDS} tokens are revoked, then no worker accepts one after the answer`, async () => {
    let acceptances = 0;
    for (let round = 0; round < TOKEN_ROUNDS; round += 1) {
      const token = await givenToken();
      await revokeAt(worker(round), token);
      acceptances += (await verdicts(token)).filter((verdict) => verdict !== 'refused').length;
    }
    expect(acceptances).toBe(0);
  }, 120_000);

  /** A key that one worker remembers as good is as useful to a thief as one that is. */
  it(`when ${KEY_ROUNDS} keys are disabled, then no worker exchanges one, or accepts its token, after the answer`, async () => {
    let acceptances = 0;
    const token = await service.tokenOf(adminKey);
    const { body: owner } = await service.call('GET', '/identity/userinfo', { token });
    for (let round = 0; round < KEY_ROUNDS; round += 1) {
      const json = { name: `key ${round}`, iam_id: owner.iam_id ?? owner.sub };
      const made = await worker(round).call('POST', '/v1/apikeys', { token, json });
      const apikey = String(made.body.apikey);
      const exchanged = await Promise.all(workers.witnesses.map((each) => exchangeAt(each, apikey)));
      expect(exchanged.map(({ status }) => status)).toEqual([200, 200, 200]);

      const answer = await worker(round).call('POST', `/v1/apikeys/${made.body.id}/disable`, { token });
      expect(answer.status).toBeLessThan(300);
      const after = await Promise.all(workers.witnesses.map((each) => exchangeAt(each, apikey)));
      acceptances += after.filter(({ status }) => status !== 400).length;
      acceptances += (await verdicts(exchanged[0]?.body.access_token)).filter(
        (verdict) => verdict !== 'refused',
      ).length;
    }
    expect(acceptances).toBe(0);
  }, 120_000);

  /** What has waited in the stopped one's connections is read in an order that nobody chose. */
  it.each(STOPS_MILLISECONDS)(
    'given one is stopped for %d ms, when a token is revoked at another, then it is answered, and the stopped one accepts it no more',
    async (milliseconds) => {
      const token = await givenToken();
      const sibling = stop(worker(1));
      const going = pause(milliseconds).then(goOn);

      const begunAt = performance.now();
      await revokeAt(worker(0), token);
      const answered = performance.now() - begunAt;
      const asked = await Promise.all([1, 2].map(() => verdictOf(sibling, token, 'introspect')));

      expect(asked).toEqual(['refused', 'refused']);
      expect(answered).toBeLessThan(ANSWERED_MILLISECONDS);
      await going;
      expect(await verdicts(token)).toEqual(['refused', 'refused', 'refused']);
    },
    30_000,
  );

  it('given one is stopped for long, when tokens are revoked at the others, then they are answered, and it accepts none of them', async () => {
    const sibling = stop(worker(1));
    const stoppedAt = performance.now();
    const revoked: string[] = [];
    while (performance.now() - stoppedAt < 4_500) {
      const token = await exchangeAt(worker(0), adminKey);
      await revokeAt(worker(revoked.length % 2 === 0 ? 0 : 2), token.body.access_token);
      revoked.push(token.body.access_token);
    }
    const last = revoked.slice(-2).map((token) => verdictOf(sibling, token, 'introspect'));
    goOn();

    expect(await Promise.all(last)).toEqual(['refused', 'refused']);
    for (const token of revoked) expect(await verdicts(token)).toEqual(['refused', 'refused', 'refused']);
    expect((await service.operations('GET', '/metrics')).text).toMatch(/^latchkey_worker_late_news [1-9]/m);
  });

  it('when one is killed while a commit waits for it, then the commit is answered, and its successor accepts nothing', async () => {
    const token = await givenToken();
    const victim = stop(worker(1));
    const revoking = revokeAt(worker(0), token);
    await pause(20);
    process.kill(victim.pid, 'SIGKILL');
    stopped = undefined;

    await revoking;

    while (!(await isReplaced(victim))) await pause(20);
    workers.close();
    workers = await workerWitnesses(service, 0, { workers: 3, connections: 1 });
    expect(await verdicts(token)).toEqual(['refused', 'refused', 'refused']);
  }, 90_000);

  function worker(number: number): Witness {
    const found = workers.witnesses[number % workers.witnesses.length];
    if (found === undefined) throw new Error('there are no workers');
    return found;
  }

  const verdicts = (token: string) =>
    Promise.all(workers.witnesses.map((each) => verdictOf(each, token, 'introspect')));

  /** Known to be good by each worker: what they keep in memory must not outlive the revocation. */
  async function givenToken(): Promise<string> {
    const token = await service.tokenOf(adminKey);
    expect(await verdicts(token)).toEqual(['accepted', 'accepted', 'accepted']);
    return token;
  }

  async function isReplaced({ pid }: Witness): Promise<boolean> {
    const { body } = await service.operations('GET', '/readyz');
    return body.workers?.ready === 3 && !(await workersOf(service)).some((each) => each.pid === pid);
  }

  function stop(witness: Witness): Witness {
    process.kill(witness.pid, 'SIGSTOP');
    stopped = witness.pid;
    return witness;
  }

  function goOn(): void {
    if (stopped !== undefined) process.kill(stopped, 'SIGCONT');
    stopped = undefined;
  }
});

const exchangeAt = ({ call }: Witness, apikey: string) =>
  call('POST', '/identity/token', { form: { grant_type: 'apikey', apikey } });

async function revokeAt({ call }: Witness, token: string): Promise<void> {
  const { status, text } = await call('POST', '/identity/revoke', { form: { token } });
  if (status !== 200) throw new Error(`a revocation was answered ${status}: ${text}`);
}
