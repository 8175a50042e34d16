import { settingsOf } from '../../test/harness/backends.ts';
import { liveBusily } from '../../test/harness/faults/busy-life.ts';
import { secretTraces } from '../../test/harness/faults/secret-traces.ts';
import { dumpFolder, dumpServers } from '../../test/harness/faults/store-dump.ts';
import type { Drill } from './drill.ts';

/** R2: what a thief of disks, backups or logs would find. */
export const dumpSecrets: Drill = {
  name: 'dump-secrets',
  sentence:
    'Makes keys, uses and misuses them in every way, and looks in every file, document, value of Redis and log line for 16 characters of a key or token.',
  counted: 'keys',
  fullCount: 1_000,
  async run({ backend, count, processes, progress }) {
    const settings = {
      ...settingsOf(backend),
      LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '0',
      LATCHKEY_LOG_LEVEL: 'trace',
    };
    const service = await processes.start({ settings });
    const traces = secretTraces();
    const lived = await liveBusily(service, count, traces);
    progress(`${lived.keys} keys and ${lived.tokens} tokens made, ${lived.refusals} attempts refused`);
    // Before the end as well: what is in the write-ahead log then is gone later.
    const early = await dumpFolder(service.dataFolder);
    const { stdout, stderr } = await service.stop();
    const kept = [
      ...early,
      ...(await dumpFolder(service.dataFolder)),
      ...(await dumpServers(settings)),
      { name: 'log', text: stdout + stderr },
    ];
    progress(`${kept.length} files, collections, values and logs are looked through`);
    const findings = kept.flatMap(({ name, text }) => {
      const count = traces.countIn(text);
      return count === 0 ? [] : [`${name}: ${count} pieces of secrets`];
    });
    const bytes = kept.reduce((sum, { text }) => sum + text.length, 0);
    return { facts: { ...lived, secrets: traces.secrets, 'bytes looked through': bytes }, findings };
  },
};
