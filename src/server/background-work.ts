import { removeOrphanedKeys } from '../api-keys/remove-orphaned-keys.ts';
import { EXCHANGE_COUNTS } from '../audit/exchange-count.ts';
import type { Clock } from '../clock/clock.ts';
import type { Job } from '../jobs/leased-runner.ts';
import { REVOCATIONS } from '../revocations/revocation.ts';
import type { Store } from '../store/store.ts';
import type { Domains } from './assemble-domains.ts';

const SWEEP_MILLISECONDS = 30_000;
const SWEEP_ROWS = 1_000;

/** Background work, each a bounded piece at a time. */
export function backgroundWork(store: Store, { signingKeys }: Domains, clock: Clock): readonly Job[] {
  const sweep = async (): Promise<void> => {
    await store.deleteExpired(REVOCATIONS, clock.now(), SWEEP_ROWS);
    await store.deleteExpired(EXCHANGE_COUNTS, clock.now(), SWEEP_ROWS);
  };
  return [
    { name: 'sweep what has expired', everyMilliseconds: SWEEP_MILLISECONDS, run: sweep },
    {
      name: 'rotate signing keys',
      everyMilliseconds: 60_000,
      run: async (under) => void (await signingKeys.tick(under)),
    },
    {
      name: 'remove keys of removed owners',
      everyMilliseconds: 2_000,
      run: (under) => removeOrphanedKeys(store, under),
    },
  ];
}
