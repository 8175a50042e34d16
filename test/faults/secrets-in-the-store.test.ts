import { afterAll, describe, expect, it } from '@jest/globals';
import { BACKENDS, settingsOf } from '../harness/backends.ts';
import { liveBusily } from '../harness/faults/busy-life.ts';
import { secretTraces } from '../harness/faults/secret-traces.ts';
import { dumpFolder, dumpServers } from '../harness/faults/store-dump.ts';
import { serviceProcesses } from '../harness/service-process.ts';

const KEYS = 30;

describe.each(BACKENDS)('what is kept of keys and tokens [%s]', (backend) => {
  const processes = serviceProcesses();
  afterAll(processes.removeAll);

  /** Whoever steals a disk, a backup or a log must not have a key by it (R2). */
  it(`when ${KEYS} keys were made, used and misused, then no file, document or log line holds 16 characters of one`, async () => {
    const settings = {
      ...settingsOf(backend),
      LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '0',
      LATCHKEY_LOG_LEVEL: 'trace',
    };
    const service = await processes.start({ settings });
    const traces = secretTraces();

    const lived = await liveBusily(service, KEYS, traces);
    // Before the end as well: what is in the write-ahead log then is gone later.
    const early = await dumpFolder(service.dataFolder);
    const { stdout, stderr } = await service.stop();
    const kept = [
      ...early,
      ...(await dumpFolder(service.dataFolder)),
      ...(await dumpServers(settings)),
      { name: 'log', text: stdout + stderr },
    ];

    expect(lived.refusals).toBe(KEYS * 10 + 4 * 4);
    expect(kept.filter(({ text }) => traces.countIn(text) > 0).map(({ name }) => name)).toEqual([]);
    expect(stdout).toContain('/identity/token');
    const text = kept.map((dumped) => dumped.text).join('\n');
    // That there was something to find: names of keys, and records of their ends.
    for (const trace of ['key 0', 'bundle 0', 'token.revoke', 'apikey', 'instance key']) expect(text).toContain(trace);
  });

  it('when a secret is in a text, whole or in part, then the search finds it', () => {
    const traces = secretTraces();
    traces.add('lk_0123456789abcdefghij');

    expect(traces.countIn('... lk_0123456789abcdefghij ...')).toBe(8);
    expect(traces.countIn('...456789abcdefghij...')).toBe(1);
    expect(traces.countIn('...56789abcdefghij...')).toBe(0);
  });
});
