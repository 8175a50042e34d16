import { afterEach, describe, expect, it } from '@jest/globals';
import { clocks } from '../../../scripts/drills/clocks.ts';
import type { Drill } from '../../../scripts/drills/drill.ts';
import { ingestion } from '../../../scripts/drills/ingestion.ts';
import { killNode } from '../../../scripts/drills/kill-node.ts';
import { mongoFaults } from '../../../scripts/drills/mongo-faults.ts';
import { redisFaults } from '../../../scripts/drills/redis-faults.ts';
import { removeOwner } from '../../../scripts/drills/remove-owner.ts';
import { resourceKeys } from '../../../scripts/drills/resource-keys.ts';
import { rotateKeys } from '../../../scripts/drills/rotate-keys.ts';
import { spread } from '../../../scripts/drills/spread.ts';
import { BACKENDS, type Backend } from '../../harness/backends.ts';
import { serviceProcesses } from '../../harness/service-process.ts';

const SEED = 20_261_121;

/** Every drill's own code with a small count; `scripts/drill` runs the full ones, and docs/drills.md has their results. */
describe.each(BACKENDS)('drills with small counts [%s]', (backend) => {
  const processes = serviceProcesses();
  afterEach(processes.removeAll);

  // Each on one store: what the other has of it is in test/faults and test/server/workers.
  const rows: Readonly<
    Record<Backend, readonly (readonly [name: string, drill: Drill, count: number, workers: number])[]>
  > = {
    sqlite: [
      ['nodes are killed while tokens are taken back at them', killNode, 2, 1],
      ['the clocks of three nodes are a minute apart', clocks, 20, 1],
      ['a service ID of 2,200 keys is deleted and the service killed meanwhile', removeOwner, 2_200, 1],
      ['the service is killed while resource keys are made and deleted', resourceKeys, 3, 1],
      ['the service is killed while log lines are sent and handed over', ingestion, 2, 1],
      ['the signing keys are rotated and verifiers cache the old ones', rotateKeys, 1, 1],
    ],
    'mongo-redis': [
      ['tokens, keys and service IDs are taken back on two nodes with two workers each', spread, 20, 2],
      ['workers are killed while tokens are taken back at them', killNode, 2, 2],
      ['the service is killed while resource keys are made and deleted', resourceKeys, 3, 1],
      ['the service is killed while log lines are sent and handed over', ingestion, 2, 1],
      ['Redis is killed, stopped, flushed, restarted empty, and evicts', redisFaults, 5, 1],
      ['the primary is killed', mongoFaults, 1, 1],
    ],
  };

  it.each(rows[backend])(
    'when %s, then nothing that was taken back is accepted, nothing good is refused, and nothing acknowledged is lost',
    async (_, drill, count, workers) => {
      const { facts, findings } = await drill.run(drillParts(backend, count, workers));

      // The time that a run takes here says nothing: other tests run beside it.
      expect(findings.filter((finding) => !finding.startsWith('spread p99'))).toEqual([]);
      expect(Object.keys(facts)).not.toHaveLength(0);
    },
    120_000,
  );

  const drillParts = (chosen: Backend, count: number, workers: number) => ({
    ...{ backend: chosen, count, workers, seed: SEED, processes },
    mayGoOn: () => true,
    progress: () => undefined,
  });
});
